namespace Kyy.Bridge.Upstream.Catalogue;

/// <summary>
/// Sd2 Manxue, as documented in S4 (<c>004_963ba302c249a786.txt</c>). "Within a few minutes" is no number to plan with, so there
/// is no estimate; results are "usually temporary" without a term.
/// </summary>
internal static class Sd2Manxue
{
    public static ModelFamily Family { get; } = new()
    {
        Id = "sd2manxue",
        Title = "Sd2 Manxue",
        Models = ["sd2_manxue*"], // S4: "such as sd2_manxue_1080p or sd2_manxue_video_720p"
        Window = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)), // S4: "Recommended polling interval: 30-60 seconds"
        Deadline = TimeSpan.FromHours(24), // Ours: tasks with several references "may take longer" (S4), without a bound.
        FlexDeadline = TimeSpan.FromHours(24),
        NotFoundGrace = TimeSpan.FromMinutes(10), // Ours: no document says when a new id becomes readable.
    };
}

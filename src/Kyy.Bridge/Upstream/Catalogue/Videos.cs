namespace Kyy.Bridge.Upstream.Catalogue;

/// <summary>
/// Videos, as documented in S1 (<c>001_f19c763588da7aba.txt</c>). "Within a few minutes" is no number to plan with, so there is
/// no estimate; results are "usually temporary" without a term.
/// </summary>
internal static class Videos
{
    public static ModelFamily Family { get; } = new()
    {
        Id = "videos",
        Title = "Videos",
        Models = ["videos*"], // S1's sample: videos
        Window = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)), // S1: "Recommended polling interval: 30-60 seconds"
        Deadline = TimeSpan.FromHours(24), // Ours: reference-heavy tasks "may take longer" (S1), without a bound.
        FlexDeadline = TimeSpan.FromHours(24),
        NotFoundGrace = TimeSpan.FromMinutes(10), // Ours: no document says when a new id becomes readable.
    };
}

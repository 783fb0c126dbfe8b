namespace Kyy.Bridge.Upstream.Catalogue;

/// <summary>
/// Seedance 1.5, as documented in S2 (<c>002_15ca3debac9c3975.txt</c>): the only family with an offline tier, and the only one
/// whose records are deleted. S2 does not say what its day is counted from; counting from creation errs on the early side.
/// </summary>
internal static class Seedance15
{
    public static ModelFamily Family { get; } = new()
    {
        Id = "seedance15",
        Title = "Seedance 1.5",
        Models = ["seedance_1_5*"], // S2's sample: seedance_1_5_pro_720p
        Window = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)), // S2: "Recommended polling interval: 30-60 seconds"
        FlexWindow = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120)), // S2: "Offline service (flex): 60-120 seconds"
        Estimates =
        [
            new("*720p", TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5)), // S2: "720p Video … 2-5 minutes"
            new("*1080p", TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(8)), // S2: "1080p Video … 3-8 minutes"
        ],
        RecordLife = TimeSpan.FromHours(24), // S2: "Task records and videos will be deleted after 1 day"
        LinkLife = TimeSpan.FromHours(24), // S2, the same sentence
        LinkLifeFrom = LinkLifeStart.Creation,
        Deadline = TimeSpan.FromHours(24), // Ours: after it the record is gone.
        FlexDeadline = TimeSpan.FromHours(48), // Ours: an offline task may outlive its record, which then ends it as expired.
        NotFoundGrace = TimeSpan.FromMinutes(10), // Ours: no document says when a new id becomes readable.
    };
}

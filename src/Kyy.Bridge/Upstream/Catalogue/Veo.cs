namespace Kyy.Bridge.Upstream.Catalogue;

/// <summary>
/// VEO, as documented in S3 (<c>003_4ba0cad9aa1e09ed.txt</c>). S3 also gives 2-4 minutes with a reference image and 3-5 with
/// first and last frame, but no answer tells the mode, so the range over all of them is used.
/// </summary>
internal static class Veo
{
    public static ModelFamily Family { get; } = new()
    {
        Id = "veo",
        Title = "VEO",
        Models = ["veo*"], // S3 has no sample; the name is the family's own.
        Window = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)), // S3: "Recommended polling interval: 30-60 seconds"
        Estimates = [new("*", TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5))], // S3: "typically completes in 2-5 minutes"
        LinkLife = TimeSpan.FromHours(24), // S3: "Generated video URLs typically expire after 24 hours"
        LinkLifeFrom = LinkLifeStart.Completion, // S3 speaks of the URL, which exists from completion on.
        Deadline = TimeSpan.FromHours(24), // Ours, far above the estimate.
        FlexDeadline = TimeSpan.FromHours(24),
        NotFoundGrace = TimeSpan.FromMinutes(10), // Ours: no document says when a new id becomes readable.
    };
}

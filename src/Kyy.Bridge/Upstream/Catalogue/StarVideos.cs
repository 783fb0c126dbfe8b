namespace Kyy.Bridge.Upstream.Catalogue;

/// <summary>
/// StarVideos, as documented in S0 (<c>000_535d1a603d9c0ba1.txt</c>). Neither a time to finish nor a life of results is stated as a
/// number.
/// </summary>
internal static class StarVideos
{
    public static ModelFamily Family { get; } = new()
    {
        Id = "starvideos",
        Title = "StarVideos",
        Models = ["starvideos*"], // S0's sample: starvideos_v3
        Window = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)), // S0: "Recommended polling interval: 30-60 seconds"
        Deadline = TimeSpan.FromHours(24), // Ours, far above any estimate: S0 is silent.
        FlexDeadline = TimeSpan.FromHours(24),
        NotFoundGrace = TimeSpan.FromMinutes(10), // Ours: no document says when a new id becomes readable.
    };
}

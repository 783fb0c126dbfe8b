namespace Kyy.Bridge.Upstream.Catalogue;

/// <summary>
/// The models of no documented family. The upstream's path serves more than five, so an unknown model is normal; it gets the
/// cadence that all five documents (S0 to S4) share.
/// </summary>
internal static class DefaultFamily
{
    public const string Id = "default";

    public static ModelFamily Family { get; } = new()
    {
        Id = Id,
        Title = "Other models",
        Models = ["*"],
        Window = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)), // S0 to S4
        Deadline = TimeSpan.FromHours(24), // Ours: nothing is known of their duration.
        FlexDeadline = TimeSpan.FromHours(24),
        NotFoundGrace = TimeSpan.FromMinutes(10), // Ours: no document says when a new id becomes readable.
    };
}

using System.Collections.Immutable;
using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Scheduling;

/// <summary>What runs the recurring work: <c>Bridge:Scheduling</c>.</summary>
internal sealed record SchedulingSettings
{
    /// <summary>
    /// <c>Hangfire</c> or <c>Hosted</c>; the first where it is built in, else the second. Either may be chosen at any restart, and
    /// replicas may differ: what is due is found in the database by both. A name that this build does not have stops the start.
    /// </summary>
    public required EngineKind Engine { get; init; }

    /// <summary>
    /// Whether Hangfire's dashboard only shows; true by default. When false, admins may also start and remove jobs there: nothing that
    /// they can do changes a task or a delivery, but a removed recurring job stays away until the next start.
    /// </summary>
    public bool DashboardReadOnly { get; init; } = true;

    internal static SchedulingSettings Read(ConfigurationReader reader)
    {
        var known = Engines.BuiltIn.Select(engine => engine.Name).ToImmutableArray();
        var why = known.Length == 1 ? "This build has no other: Hangfire comes with the package set Full." : "";
        return new()
        {
            Engine = Engines.Find(reader.OptionalChoice(nameof(Engine), known, why) ?? known[0]),
            DashboardReadOnly = reader.Flag(nameof(DashboardReadOnly), fallback: true),
        };
    }
}

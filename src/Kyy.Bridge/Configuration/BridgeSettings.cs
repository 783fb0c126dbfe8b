using System.Collections.Immutable;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Maintenance;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Telemetry;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Configuration;

/// <summary>Everything that can be configured, read once at start. Keys are named like members: <c>Bridge:Delivery:Timeout</c>.</summary>
internal sealed record BridgeSettings
{
    private static readonly TimeSpan DefaultShutdown = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestShutdown = TimeSpan.FromMilliseconds(100), LongestShutdown = TimeSpan.FromHours(1);

    /// <summary>Where the tasks are kept.</summary>
    public required DatabaseSettings Database { get; init; }

    /// <summary>Who may do everything.</summary>
    public required AuthSettings Auth { get; init; }

    /// <summary>What protects the key ring.</summary>
    public required SecretsSettings Secrets { get; init; }

    /// <summary>The provider that is polled.</summary>
    public required UpstreamOptions Upstream { get; init; }

    /// <summary>The documented families with what the operator changed, in the documented order.</summary>
    public required ImmutableArray<ModelFamily> Families { get; init; }

    /// <summary>How webhooks are sent.</summary>
    public required DeliverySettings Delivery { get; init; }

    /// <summary>Where webhooks may be sent.</summary>
    public required CallbackSettings Callbacks { get; init; }

    /// <summary>How long what has ended is kept.</summary>
    public required RetentionSettings Retention { get; init; }

    /// <summary>What one client may use.</summary>
    public required LimitsSettings Limits { get; init; }

    /// <summary>How the API is reached.</summary>
    public required HttpSettings Http { get; init; }

    /// <summary>What runs the recurring work.</summary>
    public required SchedulingSettings Scheduling { get; init; }

    /// <summary>What this process does.</summary>
    public required RolesSettings Roles { get; init; }

    /// <summary>
    /// How long a stopping process may take to finish what is in flight or to hand it back; 30 s by default. It has to be longer than
    /// both time-outs of requests, or requests are cut off that are merely slow and their webhooks arrive twice. Give the container
    /// platform a longer one.
    /// </summary>
    public required TimeSpan ShutdownTimeout { get; init; }

    /// <summary>Reads everything and reports every fault. Nothing is thrown.</summary>
    /// <param name="configuration">The root of the configuration.</param>
    /// <param name="isDevelopment">Whether the defaults are those of a developer's machine.</param>
    /// <param name="documented">The families with the values of the upstream's documents.</param>
    public static SettingsReading Read(IConfiguration configuration, bool isDevelopment, IReadOnlyList<ModelFamily> documented)
    {
        var root = new ConfigurationReader(configuration);
        var bridge = root.Section("Bridge");
        var database = DatabaseSettings.Read(root, isDevelopment);
        var upstream = UpstreamSettings.Read(bridge.Section(nameof(Upstream)));
        var settings = new BridgeSettings
        {
            Database = database,
            Auth = AuthSettings.Read(bridge.Section(nameof(Auth))),
            Secrets = SecretsSettings.Read(bridge.Section(nameof(Secrets)), isDevelopment),
            Upstream = upstream,
            Families = FamilySettings.Read(bridge.Section(nameof(Families)), documented, upstream.AllowFasterThanDocumented),
            Delivery = DeliverySettings.Read(bridge.Section(nameof(Delivery))),
            Callbacks = CallbackSettings.Read(bridge.Section(nameof(Callbacks)), isDevelopment),
            Retention = RetentionSettings.Read(bridge.Section(nameof(Retention))),
            Limits = LimitsSettings.Read(bridge.Section(nameof(Limits))),
            Http = HttpSettings.Read(bridge.Section(nameof(Http))),
            Scheduling = SchedulingSettings.Read(bridge.Section(nameof(Scheduling))),
            Roles = RolesSettings.Read(bridge),
            ShutdownTimeout = bridge.Duration(nameof(ShutdownTimeout), DefaultShutdown, ShortestShutdown, LongestShutdown),
        };
        settings.CheckShutdown(bridge);
        settings.CheckPollsEndInTime(bridge);
        root.RefuseUnknown("Bridge");
        ConfigurationFault[] faults = [.. root.Faults, .. LogLevels.Faults(configuration)];
        return new(faults is [] ? settings : null, [.. faults], [.. root.Values]);
    }

    // A poll that is still under way when the next one is due may reach the upstream after it, and so closer than the minimum.
    private void CheckPollsEndInTime(ConfigurationReader bridge)
    {
        foreach (var family in Families)
        {
            bridge.Check(Upstream.Timeout < family.Window.Min, ["Upstream:Timeout", $"Families:{family.Id}:PollInterval:Min"],
                $"Write less than the {DurationText.Format(family.Window.Min)} of Bridge:Families:{family.Id}:PollInterval:Min: a poll has to end before the next one.");
        }
    }

    private void CheckShutdown(ConfigurationReader bridge)
    {
        bridge.Check(ShutdownTimeout > Upstream.Timeout, [nameof(ShutdownTimeout), "Upstream:Timeout"],
            $"Write more than the {DurationText.Format(Upstream.Timeout)} of Bridge:Upstream:Timeout: polls in flight end first.");
        bridge.Check(ShutdownTimeout > Delivery.Timeout, [nameof(ShutdownTimeout), "Delivery:Timeout"],
            $"Write more than the {DurationText.Format(Delivery.Timeout)} of Bridge:Delivery:Timeout: webhooks in flight end first.");
    }
}

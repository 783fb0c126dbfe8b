using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Kyy.Bridge.Configuration;

/// <summary>What reading the configuration came to: settings, or everything that was wrong.</summary>
/// <param name="Settings">The settings; null where there is a fault, because defaults stand in for what was faulty.</param>
/// <param name="Faults">Everything that was wrong; empty where there are settings.</param>
/// <param name="Values">Every known key as it took effect.</param>
internal sealed record SettingsReading(
    BridgeSettings? Settings, ImmutableArray<ConfigurationFault> Faults, ImmutableArray<ConfigurationValue> Values)
{
    /// <summary>Whether there are settings to start with.</summary>
    [MemberNotNullWhen(true, nameof(Settings))]
    public bool IsAccepted => Settings is not null;
}

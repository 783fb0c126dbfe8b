using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Limits;
using Kyy.Bridge.Emulator.Upstream.Secure;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>One way in which the upstream misbehaves, as the emulator is told it.</summary>
/// <param name="Number">Its number in the contract's list, such as <c>E7</c>.</param>
/// <param name="Name">Which variant of it this is.</param>
internal sealed record Misbehaviour(string Number, string Name)
{
    /// <summary>In order; none where it is not a fault of answers.</summary>
    public ImmutableArray<FaultRule> Rules { get; init; } = [];

    /// <summary>What the task itself answers; null is one that ends in time.</summary>
    public ImmutableArray<EmulatedStatus>? Statuses { get; init; }

    public LimitOptions? Limits { get; init; }

    /// <summary>Ask this listener of https instead.</summary>
    public TlsCondition? Tls { get; init; }

    /// <summary>Ask there instead: nobody answers.</summary>
    public Uri? BaseUrl { get; init; }

    public override string ToString() => $"{Number} {Name}";
}

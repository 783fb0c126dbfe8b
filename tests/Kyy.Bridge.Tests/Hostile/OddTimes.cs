using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>What goes wrong over time and with many tasks: E34 to E36.</summary>
internal static class OddTimes
{
    public static readonly ImmutableArray<Misbehaviour> All =
    [
        new("E34", "queued for ever") { Statuses = [EmulatedStatus.Queued] },
        new("E34", "processing for ever") { Statuses = [EmulatedStatus.Processing] },
        new("E35", "down for ten minutes") { Rules = [new() { For = TimeSpan.FromMinutes(10), Does = new StatusFault { Code = 503 } }] },
        new("E36", "so many of a key") { Limits = new() { PerKey = new() { Requests = 2 } } },
        new("E36", "so many of a key, who are told when") { Limits = new() { PerKey = new() { Requests = 2, RetryAfter = "auto" } } },
        new("E36", "so many of an address") { Limits = new() { PerAddress = new() { Requests = 2 } } },
        new("E36", "early polls are punished") { Limits = new() { EarlyPolls = new() { Penalty = TimeSpan.FromMinutes(1) } } },
    ];
}

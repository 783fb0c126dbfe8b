using System.Collections.Immutable;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Limits;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>What goes wrong over time and with many tasks: E34 to E36.</summary>
internal static class OddTimes
{
    // A second of the tests, in the upstream's own time.
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(15);

    private static readonly Expected TimedOut = Expected.Ends(TaskStatuses.TimedOut, null, TaskErrorCodes.Deadline);

    public static readonly ImmutableArray<Misbehaviour> All =
    [
        new("E34", "queued for ever", TimedOut) { Statuses = [EmulatedStatus.Queued], Family = EmulatedFamily.Sd2Manxue },
        new("E34", "processing for ever", TimedOut) { Statuses = [EmulatedStatus.Processing], Family = EmulatedFamily.Sd2Manxue },
        new("E34", "flex, past its deadline", TimedOut)
        {
            Statuses = [EmulatedStatus.Processing],
            Family = EmulatedFamily.Seedance15,
            Tier = ServiceTier.Flex,
        },
        new("E35", "down for ten minutes", new() { Polls = null, Lane = "server_error 503", Pause = new("server_error", 503) })
        {
            Rules = [new() { For = TimeSpan.FromMinutes(10), Does = new StatusFault { Code = 503 } }],
            OfTheKey = true,
            Others = 29,
            KeyLimit = 40,
            TimeScale = 1.0 / 60,
        },
        Limited("so many of a key", new() { PerKey = new() { Requests = 20, Window = Second } }),
        Limited("so many of a key, who are told when", new() { PerKey = new() { Requests = 20, Window = Second, RetryAfter = "auto" } }),
        Limited("so many of an address", new() { PerAddress = new() { Requests = 20, Window = Second } }),
        new("E36", "early polls are punished", Expected.Nothing with { MostThrottled = 0 })
        {
            Limits = new() { EarlyPolls = new() { Penalty = TimeSpan.FromMinutes(1) } },
        },
    ];

    private static Misbehaviour Limited(string name, LimitOptions limits) =>
        new("E36", name, new() { Polls = null }) { Limits = limits, KeyLimit = 20, Others = 24 };
}

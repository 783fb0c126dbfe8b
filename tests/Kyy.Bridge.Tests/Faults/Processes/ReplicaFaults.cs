using System.Globalization;
using Kyy.Bridge.Replica;
using Kyy.Bridge.Replica.Kills;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>What is to go wrong in a replica; nothing by default.</summary>
internal sealed record ReplicaFaults
{
    public static readonly ReplicaFaults None = new();

    public KillPoint? KillAt { get; init; }

    /// <summary>On which occurrence, from 1.</summary>
    public int KillNth { get; init; } = 1;

    /// <summary>How long after that.</summary>
    public TimeSpan KillAfter { get; init; }

    /// <summary>How far its wall clock is ahead.</summary>
    public TimeSpan ClockOff { get; init; }

    /// <summary>After how long that steps to as far behind, and back again.</summary>
    public TimeSpan? ClockStepEvery { get; init; }

    /// <summary>Whether it asks the upstream inside a transaction, which no part of the service does.</summary>
    public bool CallsInTransaction { get; init; }

    public IEnumerable<(string Key, string Value)> Environment()
    {
        if (KillAt is { } point)
        {
            yield return (FaultSettings.KillAt, KillPoints.NameOf(point));
            yield return (FaultSettings.KillNth, KillNth.ToString(CultureInfo.InvariantCulture));
            yield return (FaultSettings.KillAfter, Milliseconds(KillAfter));
        }

        if (ClockOff != TimeSpan.Zero) yield return (FaultSettings.ClockOff, ClockOff.ToString("c", CultureInfo.InvariantCulture));
        if (ClockStepEvery is { } every) yield return (FaultSettings.ClockStepEvery, Milliseconds(every));
        if (CallsInTransaction) yield return (FaultSettings.CallInTransaction, "1");
    }

    private static string Milliseconds(TimeSpan duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0}ms");
}

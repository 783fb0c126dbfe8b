namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>What an emulated upstream has seen so far.</summary>
internal sealed record EmulatorReport
{
    public required int Tasks { get; init; }

    public int Polls { get; init; }

    /// <summary>The most requests for results that were under way at once.</summary>
    public required int MostParallel { get; init; }

    /// <summary>The most connections that were open at once, idle ones and those for control included.</summary>
    public required int MostConnections { get; init; }

    /// <summary>Requests that met no route: a wrong base URL, or an id that was not one segment.</summary>
    public required int Unrouted { get; init; }

    /// <summary>Requests that met a connection closed while it was idle. No polls: the upstream has not read them.</summary>
    public required int Dropped { get; init; }

    /// <summary>Polls that a limiter refused.</summary>
    public int Limited { get; init; }

    /// <summary>How often a video was asked for by a link of ours, and how often with a key, which a link must never be given.</summary>
    public required int VideosAsked { get; init; }

    public required int VideosAskedWithKey { get; init; }

    public TimeSpan? SmallestGap { get; init; }

    public TimeSpan? LargestGap { get; init; }

    /// <summary>Polls by the code they were answered with; 0 are those not answered yet, or cut off before there was a code.</summary>
    public IReadOnlyDictionary<int, int> Answers { get; init; } = new Dictionary<int, int>();

    /// <summary>Polls by the word of the fault that answered them.</summary>
    public IReadOnlyDictionary<string, int> Faults { get; init; } = new Dictionary<string, int>();

    /// <summary>Polls by kind of violation, every kind being named; a poll can be of several.</summary>
    public IReadOnlyDictionary<Violation, int> Violations { get; init; } = new Dictionary<Violation, int>();

    public required IReadOnlyList<KeyReport> Keys { get; init; }

    public IReadOnlyList<PollOfId> Examples { get; init; } = [];

    public static EmulatorReport Of(EmulatedTasks tasks, EmulatedKeys keys, PollLedger ledger) => ledger.Tally.Report(new()
    {
        Tasks = tasks.Count,
        MostParallel = ledger.Requests.Most,
        MostConnections = ledger.Connections.Most,
        Unrouted = ledger.Unrouted,
        Dropped = ledger.Dropped,
        VideosAsked = ledger.VideosAsked,
        VideosAskedWithKey = ledger.VideosAskedWithKey,
        Keys = [.. keys.All.Select(key => new KeyReport(key.Mark, key.Calls, key.MostInAWindow, key.Limited))],
    });
}

/// <summary>A poll and the id it asked for.</summary>
internal readonly record struct PollOfId(string Id, Poll Poll);

/// <summary>How one key was used.</summary>
/// <param name="Key">Its first characters.</param>
/// <param name="Polls">How many it made.</param>
/// <param name="MostInAWindow">The most of them within one <see cref="EmulatorOptions.CountingWindow"/>.</param>
/// <param name="Limited">How many a limiter refused.</param>
internal sealed record KeyReport(string Key, int Polls, int MostInAWindow, int Limited);

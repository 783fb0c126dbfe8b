using System.Collections.Concurrent;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>A rule that is in force, and how often it was applied.</summary>
/// <param name="rule">What it says.</param>
/// <param name="place">From 1, among those added since the last clearing: two rules of one seed draw apart.</param>
/// <param name="added">On the emulator's clock: its window is counted from here.</param>
/// <param name="options">For the scale of time, and the seed.</param>
internal sealed class ActiveRule(FaultRule rule, int place, TimeSpan added, EmulatorOptions options)
{
    private readonly ConcurrentDictionary<string, int> _matchesById = new(StringComparer.Ordinal);
    private int _matches;

    public FaultRule Rule { get; } = rule;

    /// <summary>How often it was applied.</summary>
    public int Matches => Volatile.Read(ref _matches);

    /// <summary>Whether it answers this poll.</summary>
    public bool Holds(Situation at) =>
        !Rule.Does.AtAccept && HoldsOfTask(at) && HoldsOfPoll(at) && HoldsNow(at.Now) && Chance(at.Id, at.Poll);

    /// <summary>Whether it meets the so manieth connection.</summary>
    public bool HoldsOfConnection(int number, TimeSpan now) => Rule.Does.AtAccept && HoldsNow(now) && Chance("", number);

    /// <summary>Counts that it is applied.</summary>
    /// <returns>How often it has been for this id, this time included.</returns>
    public int Apply(string id)
    {
        Interlocked.Increment(ref _matches);
        return _matchesById.AddOrUpdate(id, 1, (_, before) => before + 1);
    }

    private bool HoldsOfTask(Situation at) => IdPattern.Matches(Rule.Id, at.Id)
        && (Rule.Family is null || Rule.Family == at.Task?.Family)
        && (Rule.Tier is null || Rule.Tier == at.Task?.Tier)
        && (Rule.YoungerThan is not { } young || at.Now - at.Task?.Born < options.Scale(young))
        && (Rule.OlderThan is not { } old || at.Now - at.Task?.Born >= options.Scale(old));

    private bool HoldsOfPoll(Situation at) => (Rule.Key is null || Rule.Key == at.Key)
        && at.Poll >= Rule.FromPoll && !(at.Poll > Rule.ToPoll) && (at.Poll - Rule.FromPoll) % Rule.Every == 0
        && at.Call >= Rule.FromCall && !(at.Call > Rule.ToCall);

    private bool HoldsNow(TimeSpan now)
    {
        var since = now - added - options.Scale(Rule.From);
        return since >= TimeSpan.Zero && (Rule.For is not { } length || since < options.Scale(length));
    }

    private bool Chance(string id, int number) =>
        Rule.Probability >= 1 || Chances.Draw(Rule.Seed ?? options.Seed, place, id, number) < Rule.Probability;
}

/// <summary>What a rule's conditions are held against.</summary>
/// <param name="Id">What was asked for.</param>
/// <param name="Task">Null where there is none of that id, or no longer.</param>
/// <param name="Key">By whom.</param>
/// <param name="Poll">Its number for the id.</param>
/// <param name="Call">Its number for the key.</param>
/// <param name="Now">When it came in.</param>
internal readonly record struct Situation(string Id, EmulatedTask? Task, string Key, int Poll, int Call, TimeSpan Now);

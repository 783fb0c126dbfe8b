using System.Collections.Immutable;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>One misbehaviour under way: a task that meets it, and others of the same key, whose budget is theirs alone.</summary>
internal sealed class HostileCase
{
    // Another lane of the same key, so that what is kept of the one says nothing of the other.
    private static readonly EmulatedFamily FamilyOfOthers = EmulatedFamily.Veo;

    private readonly int _number;
    private readonly string _key, _keyOfOthers;
    private string[] _ids = [];

    public HostileCase(Misbehaviour entry, int number, EmulatorServer upstream, Uri baseUrl, Uri wellBehaved, ReceiverServer receiver)
    {
        (Entry, Upstream, BaseUrl, WellBehaved, Receiver) = (entry, upstream, baseUrl, wellBehaved, receiver);
        _number = number;
        KeyName = $"key-{number}";
        _key = $"sk-hostile-{number:000}-0123456789abcdef";
        _keyOfOthers = OthersAskElsewhere ? $"{_key}-elsewhere" : _key;
        Path = receiver.Hook($"case-{number}").AbsolutePath;
    }

    public Misbehaviour Entry { get; }

    public EmulatorServer Upstream { get; }

    public Uri BaseUrl { get; }

    public Uri WellBehaved { get; }

    public ReceiverServer Receiver { get; }

    public string KeyName { get; }

    /// <summary>Where the target's webhooks arrive.</summary>
    public string Path { get; }

    public EmulatedTask Target { get; private set; } = null!;

    public ImmutableArray<EmulatedTask> Others { get; private set; }

    public HostileService Service { get; private set; } = null!;

    /// <summary>Ends when it is remedied, where it has to be: at once, and not only when its test has its turn.</summary>
    public Task Remedied { get; set; } = Task.CompletedTask;

    public BridgeClient Client { get; private set; } = null!;

    public string TargetId => _ids[0];

    public IEnumerable<string> OtherIds => _ids.Skip(1);

    /// <summary>The values that nobody may see.</summary>
    public IEnumerable<string> Secrets => [_key, NewKey];

    /// <summary>Polls of all its tasks.</summary>
    public IEnumerable<Poll> Polls => Others.Prepend(Target).SelectMany(task => Upstream.PollsOf(task.Id));

    public int MostInASecond => Upstream.MostInAWindow(_key);

    public int Limited => Upstream.Report().Limited;

    private string NewKey => $"{_key}-new";

    // Where nobody answers, others of the same key say nothing: they show that the service does work.
    private bool OthersAskElsewhere => Entry.Tls is not null || Entry.BaseUrl is not null;

    /// <summary>Sets its key for the client.</summary>
    public async Task SetKeysAsync(HostileService service, BridgeClient client)
    {
        (Service, Client) = (service, client);
        foreach (var key in (string[])[_key, _keyOfOthers, NewKey]) Upstream.Accept(key);
        await SetKeyAsync(KeyName, _key, BaseUrl);
        if (OthersAskElsewhere) await SetKeyAsync(KeyName + "-elsewhere", _keyOfOthers, WellBehaved);
    }

    /// <summary>Begins: ages and windows of time are counted from here.</summary>
    public void Begin()
    {
        Target = Upstream.Tasks.Create(TargetOf(Entry, _number));
        Others = [.. Enumerable.Range(1, Entry.Others).Select(place => Upstream.Tasks.Create(OtherOf(Entry, _number, place)))];
        foreach (var rule in Rules()) Upstream.Faults.Add(rule);
    }

    public IEnumerable<TaskRegistration> Registrations() => Others
        .Select(other => Registration(other, FamilyOfOthers, OthersAskElsewhere ? KeyName + "-elsewhere" : KeyName))
        .Prepend(Registration(Target, Entry.Family, KeyName) with
        {
            ServiceTier = Entry.Tier == ServiceTier.Flex ? ServiceTiers.Flex : null,
            CallbackUrl = Receiver.Hook(Path.Split('/')[^1]).AbsoluteUri,
            Events = WantsTransitions ? [.. Entry.Expect.Events!.Value, .. Ends] : null,
        });

    public void Registered(IEnumerable<string> ids) => _ids = [.. ids];

    /// <summary>Returns when each of its tasks that can be asked about has been.</summary>
    public Task FirstPollsAsync() => Task.WhenAll(Others
        .Concat(OthersAskElsewhere ? [] : [Target])
        .Where(task => Entry.BaseUrl is null && !Entry.Rules.Any(rule => rule.Does.AtAccept))
        .Select(task => Upstream.WaitForPollsAsync(task.Id, 1, World.Patience)));

    /// <summary>What ends the misbehaviour.</summary>
    public Task RemedyAsync()
    {
        if (Entry.Remedy == Remedy.NewKey) return SetKeyAsync(KeyName, NewKey, BaseUrl);
        while (Upstream.Faults.Remove(KeyName))
        {
        }

        return Task.CompletedTask;
    }

    public Task<BridgeTask> GetAsync(string id) => Client.GetTaskAsync(id, TestContext.Current.CancellationToken);

    private bool WantsTransitions => Entry.Expect.Events is not null;

    private static IEnumerable<string> Ends =>
        [EventTypes.TaskFailed, EventTypes.TaskExpired, EventTypes.TaskLost, EventTypes.TaskTimedOut];

    private async Task SetKeyAsync(string name, string key, Uri baseUrl) =>
        await Client.SetUpstreamKeyAsync(name, new(key, baseUrl.AbsoluteUri, Entry.KeyLimit), TestContext.Current.CancellationToken);

    // A rule for connections has no id and no key: the emulated upstream is the case's own.
    private IEnumerable<FaultRule> Rules() => Entry.Rules.Select(rule => rule.Does.AtAccept
        ? rule
        : rule with { Name = KeyName, Key = _key, Id = Entry.OfTheKey || rule.Id != "*" ? rule.Id : Target.Id });

    private static TaskRegistration Registration(EmulatedTask task, EmulatedFamily family, string key) =>
        new() { TaskId = task.Id, Family = family.Name, UpstreamKey = key };

    private static NewTask TargetOf(Misbehaviour entry, int number) => new()
    {
        Id = IdOf(entry, number, 0, isAffected: true),
        Family = entry.Family,
        Tier = entry.Tier,
        Statuses = entry.Times is null ? entry.Statuses ?? [EmulatedStatus.Processing, EmulatedStatus.Completed] : null,
        QueuedFor = entry.Times?.QueuedFor,
        ProcessingFor = entry.Times?.ProcessingFor,
        CreatedAt = TimeProvider.System.GetUtcNow() - entry.CreatedBefore * World.TimeScale,
    };

    private static NewTask OtherOf(Misbehaviour entry, int number, int place) => new()
    {
        Id = IdOf(entry, number, place, isAffected: place <= entry.OthersAffected),
        Family = FamilyOfOthers,
        Statuses = [.. Enumerable.Repeat(EmulatedStatus.Processing, entry.PollsOfOthers - 1), EmulatedStatus.Completed],
    };

    private static string IdOf(Misbehaviour entry, int number, int place, bool isAffected)
    {
        var pattern = isAffected ? entry.Rules.FirstOrDefault()?.Id ?? "*" : "*";
        return pattern.Replace("*", $"vgen_case{number}x{place}", StringComparison.Ordinal);
    }
}

/// <summary>A service that meets misbehaviours.</summary>
/// <param name="Database">Its database.</param>
/// <param name="ClientOf">A caller with this API key.</param>
/// <param name="Log">All that it has said, line by line; empty where only its process hears it.</param>
internal sealed record HostileService(TestDatabase Database, Func<string, BridgeClient> ClientOf, Func<IReadOnlyCollection<string>> Log);

using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Limits;
using Kyy.Bridge.Emulator.Upstream.Secure;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>An upstream that behaves as the five documents say, or as badly as it is told to, and that notes how it is asked.</summary>
internal sealed class EmulatorServer : IAsyncDisposable
{
    private readonly EmulatorHost _host;
    private readonly EmulatorOptions _options;

    private EmulatorServer(EmulatorHost host, EmulatorOptions options) => (_host, _options) = (host, options);

    /// <summary>What the bridge is to be given as its upstream's base URL.</summary>
    public Uri BaseUrl => new(_host.Address, _options.PathBase);

    /// <summary>Where <c>/control/…</c> is.</summary>
    public Uri ControlUrl => _host.Address;

    public EmulatedTasks Tasks => _host.Tasks;

    /// <summary>What goes wrong; nothing at first.</summary>
    public FaultRules Faults => _host.Faults;

    /// <summary>What is refused for coming too often. Set anew, nothing of it is used yet.</summary>
    public LimitOptions Limits
    {
        get => _host.Results.Limits;
        set => _host.Results.Limits = value;
    }

    /// <summary>Whose certificates the listeners of https have.</summary>
    public EmulatedAuthority Authority => _host.Authority;

    /// <param name="options">How it behaves.</param>
    /// <param name="time">Decides ages, <c>created</c>, gaps and pauses; the system's by default.</param>
    public static async Task<EmulatorServer> StartAsync(EmulatorOptions options, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.TimeScale);
        return new(await EmulatorHost.StartAsync(options, new MonotonicClock(time ?? TimeProvider.System)), options);
    }

    /// <summary>The base URL of a listener of https.</summary>
    /// <param name="condition">One of <see cref="EmulatorOptions.Tls"/>.</param>
    public Uri SecureUrl(TlsCondition condition) => new(_host.SecureAddress(_options.Tls.IndexOf(condition)), _options.PathBase);

    /// <summary>Adds what a scenario says: its tasks and faults, and its limits in the place of those that there are.</summary>
    /// <returns>The tasks.</returns>
    /// <exception cref="ArgumentException">There is a task of such an id already, or its family knows no such ending.</exception>
    public IReadOnlyList<EmulatedTask> Play(ScenarioFile scenario)
    {
        var wanted = scenario.Tasks.SelectMany(group => Enumerable.Repeat(group.Task, group.Count));
        List<EmulatedTask> tasks = [.. wanted.Select(Tasks.Create)];
        foreach (var rule in scenario.Faults) Faults.Add(rule);
        if (scenario.Limits is { } limits) Limits = limits;
        return tasks;
    }

    /// <summary>Makes a bearer key right, besides those that are.</summary>
    public void Accept(string key) => _host.Keys.Accept(key);

    /// <summary>Makes a bearer key wrong from the next request on.</summary>
    public void Revoke(string key) => _host.Keys.Revoke(key);

    /// <summary>
    /// Lets a test answer for one id, known or not, byte by byte. Given is <see cref="Poll.Number"/>; null leaves this poll to the
    /// task. Only polls with the right key get here.
    /// </summary>
    public void Answer(string id, Func<int, RawAnswer?> answer) => _host.Results.Script(id, answer);

    public IReadOnlyList<Poll> PollsOf(string id) => _host.Ledger.Of(id).Polls;

    /// <summary>Waits until so many polls of an id have come in, answered or not.</summary>
    /// <exception cref="TimeoutException">Fewer came.</exception>
    public Task<IReadOnlyList<Poll>> WaitForPollsAsync(string id, int count, TimeSpan timeout) =>
        _host.Ledger.Of(id).WaitForAsync(count, timeout);

    public EmulatorReport Report() => EmulatorReport.Of(Tasks, _host.Keys, _host.Ledger);

    /// <summary>How closely each id was asked for.</summary>
    public IEnumerable<GapsOfId> Gaps() => _host.Ledger.Gaps;

    /// <summary>The most polls of a key within one <see cref="EmulatorOptions.CountingWindow"/>.</summary>
    public int MostInAWindow(string key) => _host.Keys.Of(key).MostInAWindow;

    /// <summary>Ends all connections in plain HTTP and refuses further ones (E23).</summary>
    public Task StopListeningAsync() => _host.StopListeningAsync();

    /// <summary>Listens again, at the same address.</summary>
    public Task ListenAgainAsync() => _host.ListenAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}

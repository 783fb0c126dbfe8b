using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>An upstream that behaves as the five documents say, on a socket of its own, and that notes how it is asked.</summary>
internal sealed class EmulatorServer : IAsyncDisposable
{
    private readonly LocalServer _server;
    private readonly ResultRoute _results;
    private readonly PollLedger _ledger;

    private EmulatorServer(LocalServer server, string pathBase, EmulatedTasks tasks, ResultRoute results, PollLedger ledger)
    {
        (_server, _results, _ledger, Tasks) = (server, results, ledger, tasks);
        BaseUrl = new Uri(server.Address, pathBase);
    }

    /// <summary>What the bridge is to be given as its upstream's base URL.</summary>
    public Uri BaseUrl { get; }

    /// <summary>Where <c>/control/…</c> is.</summary>
    public Uri ControlUrl => _server.Address;

    public EmulatedTasks Tasks { get; }

    /// <param name="options">How it behaves.</param>
    /// <param name="time">Decides ages, <c>created</c> and gaps; the system's by default.</param>
    public static async Task<EmulatorServer> StartAsync(EmulatorOptions options, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.TimeScale);
        var clock = new MonotonicClock(time ?? TimeProvider.System);
        var (tasks, ledger) = (new EmulatedTasks(options, clock), new PollLedger());
        var results = new ResultRoute(options, clock, tasks, ledger);
        var server = await LocalServer.StartAsync(options.Urls, app =>
        {
            app.Use(results.InvokeAsync);
            new ControlApi(clock, tasks, ledger).Map(app);
        });
        return new EmulatorServer(server, options.PathBase, tasks, results, ledger);
    }

    /// <summary>Makes a bearer key right, besides those that are.</summary>
    public void Accept(string key) => _results.Accept(key);

    /// <summary>Makes a bearer key wrong from the next request on.</summary>
    public void Revoke(string key) => _results.Revoke(key);

    /// <summary>
    /// Lets a test answer for one id, known or not, byte by byte. Given is <see cref="Poll.Number"/>; null leaves this poll to the
    /// task. Only polls with the right key get here.
    /// </summary>
    public void Answer(string id, Func<int, RawAnswer?> answer) => _results.Script(id, answer);

    public IReadOnlyList<Poll> PollsOf(string id) => _ledger.Of(id).Polls;

    /// <summary>Waits until so many polls of an id have come in, answered or not.</summary>
    /// <exception cref="TimeoutException">Fewer came.</exception>
    public Task<IReadOnlyList<Poll>> WaitForPollsAsync(string id, int count, TimeSpan timeout) => _ledger.Of(id).WaitForAsync(count, timeout);

    public EmulatorReport Report() => EmulatorReport.Of(Tasks, _ledger);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

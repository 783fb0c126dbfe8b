using Kyy.Bridge.Benchmarks.Stages;

namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>
/// All that other clients do wrong at the same time. Clients and receivers are new each time: the service remembers which of them were
/// not well and would give them less.
/// </summary>
internal sealed class Noise : IAsyncDisposable
{
    /// <summary>How long an attempt may take: short enough to be met several times while it is measured.</summary>
    public static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(5);

    private const string Unended = "select count(*) from bridge.tasks where ended_at is null";
    private const string Undelivered = "select count(*) from bridge.deliveries where state = 'pending'";
    private const int SlowHosts = 3, TasksOfASlowHost = 300, TasksOfAHeldHost = 100, Further = 5;
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(2), BetweenFurther = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Stage _stage;
    private readonly List<Receiver> _receivers = [];
    private readonly List<NoisyClient> _clients = [];
    private readonly List<(string Name, Hook Hook)> _hooks = [];
    private readonly Hammer _hammer;

    private Noise(Stage stage, Hammer hammer) => (_stage, _hammer) = (stage, hammer);

    /// <summary>What the receivers saw, several of a name together as the worst of them.</summary>
    public IReadOnlyList<(string Name, int Most, int Attempts)> Receivers =>
        [.. _hooks.GroupBy(one => one.Name).Select(of => (of.Key, of.Max(one => one.Hook.Most), of.Sum(one => one.Hook.Arrived)))];

    public (int Sent, int Refused) Requests => _hammer.Requests;

    /// <summary>Attempts that have come to all of them so far.</summary>
    public int Arrived => _hooks.Sum(one => one.Hook.Arrived);

    /// <summary>Starts it, and returns when every receiver holds what it may and all that was registered has ended.</summary>
    /// <param name="stage">Where it happens.</param>
    /// <param name="quiet">The receiver of the client that is measured: another client's hook hangs there, too.</param>
    /// <param name="share">How many attempts a client may have in flight to a host.</param>
    /// <param name="stopping">Gives up.</param>
    public static async Task<Noise> StartAsync(Stage stage, Receiver quiet, int share, CancellationToken stopping)
    {
        var noise = new Noise(stage, await Hammer.CreateAsync(stage, stopping));
        await noise.FloodAsync(stopping);
        await noise.HoldAsync("hangs until time-out", await noise.ReceiverAsync(), Manners.Hanging, stopping);
        await noise.HoldAsync("drips its answer", await noise.ReceiverAsync(), Manners.Dripping, stopping);
        await noise.HoldAsync("hangs on the quiet one's host", quiet, Manners.Hanging, stopping);
        await Until.TrueAsync(
            async () => noise._hooks.TrueForAll(one => one.Hook.Most >= share) && await noise.CountAsync(Unended) == 0, Patience, stopping);
        return noise;
    }

    /// <summary>
    /// Goes on until cancelled: further tasks of the flooder that end, and requests over the limit. Evenly, since what comes in waves
    /// costs the processors in waves, and they are everybody's.
    /// </summary>
    public Task RunAsync(CancellationToken until) => Task.WhenAll(_hammer.RunAsync(until), FloodFurtherAsync(until));

    /// <summary>Ends it, and returns when nothing of it is left to be delivered.</summary>
    /// <returns>Whether that was so.</returns>
    public async Task<bool> StopAsync(CancellationToken stopping)
    {
        foreach (var (_, hook) in _hooks) hook.Release();
        foreach (var client in _clients) await client.StopAsync(stopping);
        return await Until.TrueAsync(async () => await CountAsync(Undelivered) == 0, Patience, stopping);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var receiver in _receivers) await receiver.DisposeAsync();
    }

    // One client and several hosts: it holds the share of each, and less than its share of all.
    private async Task FloodAsync(CancellationToken stopping)
    {
        var flooder = await ClientAsync("flooder", stopping);
        for (var host = 0; host < SlowHosts; host++)
        {
            var hook = Add("floods a slow receiver", await ReceiverAsync(), Manners.Slow(SlowAnswer));
            await flooder.FloodAsync(hook, TasksOfASlowHost, stopping);
        }
    }

    private async Task HoldAsync(string name, Receiver receiver, Manner manner, CancellationToken stopping) =>
        await (await ClientAsync(name, stopping)).FloodAsync(Add(name, receiver, manner), TasksOfAHeldHost, stopping);

    private async Task FloodFurtherAsync(CancellationToken until)
    {
        using var timer = new PeriodicTimer(BetweenFurther, TimeProvider.System);
        try
        {
            for (var turn = 0; await timer.WaitForNextTickAsync(until); turn++)
                await _clients[0].FloodAsync(_hooks[turn % SlowHosts].Hook, Further, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private async Task<Receiver> ReceiverAsync()
    {
        _receivers.Add(await Receiver.StartAsync());
        return _receivers[^1];
    }

    private async Task<NoisyClient> ClientAsync(string name, CancellationToken stopping)
    {
        _clients.Add(await NoisyClient.CreateAsync(_stage, name, stopping));
        return _clients[^1];
    }

    private Hook Add(string name, Receiver receiver, Manner manner)
    {
        _hooks.Add((name, receiver.Add(manner)));
        return _hooks[^1].Hook;
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var command = _stage.Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}

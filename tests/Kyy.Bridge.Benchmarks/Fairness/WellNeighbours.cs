using Kyy.Bridge.Benchmarks.Stages;

namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>
/// Others that are well: as many attempts a second as the unwell ones have, to a receiver that answers at once, and as many requests
/// as a client may send. What they cost the machine is what neighbours cost; only what the unwell ones cost beyond that is unfair.
/// </summary>
internal sealed class WellNeighbours : IAsyncDisposable
{
    private const int TurnsASecond = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly NoisyClient _client;
    private readonly Receiver _receiver;
    private readonly Hook _hook;
    private readonly Hammer _asking;
    private int _registered;

    private WellNeighbours(NoisyClient client, Receiver receiver, Hammer asking) =>
        (_client, _receiver, _hook, _asking) = (client, receiver, receiver.Add(Manners.Prompt), asking);

    /// <summary>Attempts that have come so far.</summary>
    public int Arrived => _hook.Arrived;

    /// <param name="stage">Where it happens.</param>
    /// <param name="requestsPerSecond">How many requests a client may send a second.</param>
    /// <param name="stopping">Gives up.</param>
    public static async Task<WellNeighbours> StartAsync(Stage stage, int requestsPerSecond, CancellationToken stopping) => new(
        await NoisyClient.CreateAsync(stage, "well", stopping), await Receiver.StartAsync(),
        new(await stage.NewClientAsync("asking", stopping), requestsPerSecond));

    /// <summary>Goes on until cancelled, evenly.</summary>
    public Task RunAsync(double attemptsPerSecond, CancellationToken until) =>
        Task.WhenAll(_asking.RunAsync(until), RegisterAsync(attemptsPerSecond / TurnsASecond, until));

    /// <summary>Returns when all of theirs has arrived: what is left would be retried in the next stretch.</summary>
    public Task<bool> StopAsync(CancellationToken stopping) =>
        Until.TrueAsync(() => Task.FromResult(_hook.Arrivals.Count >= _registered), Patience, stopping);

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    private async Task RegisterAsync(double aTurn, CancellationToken until)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TurnsASecond), TimeProvider.System);
        try
        {
            for (var turn = 1; await timer.WaitForNextTickAsync(until); turn++)
            {
                var tasks = (int)(turn * aTurn) - _registered;
                await _client.FloodAsync(_hook, tasks, CancellationToken.None);
                _registered += tasks;
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }
}

using System.Net;
using Kyy.Bridge.Benchmarks.Stages;
using Kyy.Bridge.Client;

namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>A client that asks evenly, more often than its limit lets it or as often.</summary>
internal sealed class Hammer(BridgeClient client, int perSecond)
{
    private const int TooMany = 100, LargestBatch = 10_000;
    private int _sent, _refused;

    public (int Sent, int Refused) Requests => (Volatile.Read(ref _sent), Volatile.Read(ref _refused));

    /// <summary>One over its limit: it uses up what a client may send at once: the items of a batch count, those that are refused as well.</summary>
    public static async Task<Hammer> CreateAsync(Stage stage, CancellationToken stopping)
    {
        var client = await stage.NewClientAsync("hammer", stopping);
        var batch = Enumerable.Repeat(stage.NewTask(new Uri("http://127.0.0.1:9/")) with { TaskId = "." }, LargestBatch).ToList();
        await client.RegisterBatchAsync(batch, cancellationToken: stopping);
        return new(client, TooMany);
    }

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond), TimeProvider.System);
        var asked = new List<Task>();
        try
        {
            while (await timer.WaitForNextTickAsync(stopping)) asked.Add(AskAsync());
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(asked);
        }
    }

    private async Task AskAsync()
    {
        Interlocked.Increment(ref _sent);
        try
        {
            await client.GetMeAsync(CancellationToken.None);
        }
        catch (BridgeException refusal) when (refusal.Status == HttpStatusCode.TooManyRequests)
        {
            Interlocked.Increment(ref _refused);
        }
    }
}

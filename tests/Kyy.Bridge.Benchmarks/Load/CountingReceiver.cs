using System.Collections.Concurrent;
using System.Globalization;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>Takes webhooks as cheaply as can be: reads the body, notes the id and the time, answers. It tells how far everything is.</summary>
internal sealed class CountingReceiver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, long> _arrivals = new(StringComparer.Ordinal);
    private readonly EmulatorServer _upstream;
    private LocalServer _server = null!;
    private int _webhooks;

    private CountingReceiver(EmulatorServer upstream) => _upstream = upstream;

    public Uri Address => _server.Address;

    public static async Task<CountingReceiver> StartAsync(EmulatorServer upstream)
    {
        var receiver = new CountingReceiver(upstream);
        receiver._server = await LocalServer.StartAsync("http://127.0.0.1:0", app =>
        {
            app.MapPost("/hook/{**rest}", receiver.ReceiveAsync);
            app.MapGet("/counts", receiver.Counts);
            app.MapGet("/arrivals", receiver.WriteArrivalsAsync);
            app.MapDelete("/arrivals", receiver.Forget);
            app.MapPost("/polls", receiver.WritePollsAsync);
        });
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // Written out: as the result of a handler it would be the costliest part of taking a webhook.
    private async Task ReceiveAsync(HttpContext context)
    {
        var at = TimeProvider.System.GetUtcNow();
        var body = context.Request.BodyReader;
        for (var read = await body.ReadAsync(); ; read = await body.ReadAsync())
        {
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }

        _arrivals.TryAdd(context.Request.Headers[WebhookSignature.IdHeader].ToString(), at.Ticks);
        Interlocked.Increment(ref _webhooks);
        context.Response.ContentLength = 0;
    }

    private ActorsCounts Counts() => new(_upstream.Report().Polls, Volatile.Read(ref _webhooks), _arrivals.Count);

    // A line for each: the event's id and the ticks of its first arrival.
    private async Task WriteArrivalsAsync(HttpContext context)
    {
        await using var text = new StreamWriter(context.Response.Body);
        foreach (var (id, ticks) in _arrivals)
            await text.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{id} {ticks}\n"));
    }

    // For each id in the body, a line: the id and the ticks of its polls. The upstream's clock counts from its start; a task that was
    // born just now knows both times.
    private async Task WritePollsAsync(HttpContext context)
    {
        var now = _upstream.Tasks.Create(new() { Family = EmulatedFamily.StarVideos });
        using var ids = new StreamReader(context.Request.Body);
        await using var text = new StreamWriter(context.Response.Body);
        while (await ids.ReadLineAsync() is { } id)
        {
            var polls = _upstream.PollsOf(id).Select(poll => (now.CreatedAt + (poll.At - now.Born)).Ticks);
            await text.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{id} {string.Join(' ', polls)}\n"));
        }
    }

    private void Forget()
    {
        _arrivals.Clear();
        _webhooks = 0;
    }
}

/// <summary>How far everything is.</summary>
/// <param name="Polls">All that came to the upstream.</param>
/// <param name="Webhooks">All that came to the receiver since it was told to forget, repeats included.</param>
/// <param name="Events">Likewise, each event once.</param>
internal sealed record ActorsCounts(int Polls, int Webhooks, int Events);

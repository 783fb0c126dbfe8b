using Kyy.Bridge.Emulator.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>A receiver that takes each webhook and answers when it is released, if ever; it counts how many it holds at once at a path.</summary>
internal sealed class HoldingReceiver : IAsyncDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Counts> _counts = [];
    private readonly bool _drips;
    private LocalServer _server = null!;

    private HoldingReceiver(bool drips) => _drips = drips;

    public string Host => $"127.0.0.1:{_server.Address.Port}";

    /// <param name="drips">Whether it answers at once and then sends its body a byte at a time, without an end.</param>
    public static async Task<HoldingReceiver> StartAsync(bool drips = false)
    {
        var receiver = new HoldingReceiver(drips);
        receiver._server = await LocalServer.StartAsync("http://127.0.0.1:0", app => app.MapPost("/{path}", receiver.ReceiveAsync));
        return receiver;
    }

    public string Url(string path) => $"http://{Host}/{path}";

    /// <summary>How many have come.</summary>
    public int Arrived(string path) => Of(path).Arrived;

    /// <summary>How many it holds.</summary>
    public int Held(string path) => Of(path).Held;

    /// <summary>The most that it has held at once.</summary>
    public int Most(string path) => Of(path).Most;

    /// <summary>Answers everything, also what comes from now on.</summary>
    public void Release() => _released.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Release();
        await _server.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context, string path)
    {
        Change(path, counts => new(counts.Arrived + 1, counts.Held + 1, Math.Max(counts.Most, counts.Held + 1)));
        try
        {
            await (_drips ? DripAsync(context) : _released.Task.WaitAsync(context.RequestAborted));
        }
        catch (OperationCanceledException)
        {
            // Whoever sent it has hung up.
        }
        finally
        {
            Change(path, counts => counts with { Held = counts.Held - 1 });
        }
    }

    private async Task DripAsync(HttpContext context)
    {
        while (!_released.Task.IsCompleted)
        {
            await context.Response.Body.WriteAsync("x"u8.ToArray(), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.WhenAny(_released.Task, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, context.RequestAborted));
        }
    }

    private Counts Of(string path)
    {
        lock (_lock) return _counts.GetValueOrDefault(path);
    }

    private void Change(string path, Func<Counts, Counts> change)
    {
        lock (_lock) _counts[path] = change(_counts.GetValueOrDefault(path));
    }

    private readonly record struct Counts(int Arrived, int Held, int Most);
}

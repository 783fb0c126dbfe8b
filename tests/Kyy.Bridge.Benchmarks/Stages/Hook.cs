using System.Collections.Concurrent;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Upstream;
using Microsoft.AspNetCore.Http;

namespace Kyy.Bridge.Benchmarks.Stages;

/// <summary>A URL that webhooks are sent to: notes what arrives, and how many it holds at once.</summary>
internal sealed class Hook(Uri url, Manner manner, TimeProvider time)
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _arrivals = new(StringComparer.Ordinal);
    private readonly AtOnce _held = new();
    private int _arrived;

    public Uri Url => url;

    /// <summary>The most that it has held at once.</summary>
    public int Most => _held.Most;

    /// <summary>How many attempts have come.</summary>
    public int Arrived => Volatile.Read(ref _arrived);

    /// <summary>By the header <c>webhook-id</c>, which is the event's id, when it came for the first time.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Arrivals => _arrivals;

    /// <summary>Answers everything at once, also what comes from now on.</summary>
    public void Release() => _released.TrySetResult();

    public async Task ReceiveAsync(HttpContext context)
    {
        _held.Enter();
        _arrivals.TryAdd(context.Request.Headers[WebhookSignature.IdHeader].ToString(), time.GetUtcNow());
        Interlocked.Increment(ref _arrived);
        try
        {
            await manner(context, _released.Task);
        }
        catch (OperationCanceledException)
        {
            // Whoever sent it has given up.
        }
        finally
        {
            _held.Leave();
        }
    }
}

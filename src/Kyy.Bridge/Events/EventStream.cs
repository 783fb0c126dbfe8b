using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Microsoft.AspNetCore.Http.Features;

namespace Kyy.Bridge.Events;

/// <summary>One open stream: pages until it has caught up with the tail, then what the tail brings.</summary>
/// <remarks>
/// It holds no more than a page or <see cref="FeedListener.Most"/> events: a write that the reader does not take waits, the tail's
/// events pile up to that number, and then it reads pages again from where it was.
/// </remarks>
internal sealed class EventStream(EventFeed feed, FeedTail tail, ApiKeys keys, TimeProvider time, IHostApplicationLifetime lifetime)
{
    public const string MediaType = "text/event-stream";

    // A key that is revoked ends its streams within five seconds; the answer about it may be three seconds old.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Writes until the reader leaves, its key is revoked, the process stops, or the feed is another one.</summary>
    public async Task RunAsync(HttpContext context, Caller caller, Guid? client, FeedCursor start, FeedAnswer.Page first)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        Begin(context);
        var listener = tail.Listen(client);
        var watch = WatchKeyAsync(caller, end);
        try
        {
            var writing = new StreamWriting(feed, tail, listener, context.Response.BodyWriter, caller, client, time, end.Token);
            await writing.RunAsync(start, first);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader goes on from its last id wherever it connects next.
        }
        catch (Exception outage) when (DatabaseOutage.Explains(outage))
        {
            // Likewise. The answer has begun, so that no status can say it.
        }
        finally
        {
            tail.Leave(listener);
            await end.CancelAsync();
            await watch;
        }
    }

    private static void Begin(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = MediaType;
        context.Response.Headers["X-Accel-Buffering"] = "no";
    }

    // Beside the writing, which may be waiting for a slow reader.
    private async Task WatchKeyAsync(Caller caller, CancellationTokenSource end)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(end.Token))
            {
                if (!await HoldsAsync(caller)) await end.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The stream is over.
        }
    }

    // Not known is not revoked.
    private async Task<bool> HoldsAsync(Caller caller)
    {
        try
        {
            return await keys.StillHoldsAsync(caller);
        }
        catch (Exception outage) when (DatabaseOutage.Explains(outage))
        {
            return true;
        }
    }
}

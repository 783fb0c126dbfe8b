using System.Collections.Immutable;

namespace Kyy.Bridge.Emulator.Http;

/// <summary>An answer that no server would send: bytes and pauses, and then the end of the connection.</summary>
/// <param name="StatusCode">What a reader could see of it; 0 where nothing.</param>
/// <param name="Steps">In order.</param>
/// <param name="End">What follows them.</param>
internal sealed record WireAnswer(int StatusCode, ImmutableArray<WireStep> Steps, WireEnd End = WireEnd.Close) : IAnswer
{
    public bool EndsTask { get; init; }

    public string? RetryAfter { get; init; }

    public async Task<bool> SendAsync(HttpContext context, TimeProvider time, Action sending)
    {
        var wire = new RawWire(context);
        try
        {
            sending();
            foreach (var step in Steps) await SendAsync(step, wire, time, context.RequestAborted);
            if (End == WireEnd.Close) await wire.CloseAsync();
            return End == WireEnd.Close;
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or System.Net.Sockets.SocketException
            or ObjectDisposedException)
        {
            // The asker has had enough: what many of these answers are for.
            return false;
        }
        finally
        {
            // Without this the server would add an answer of its own; on a connection that is still open this is the reset.
            context.Abort();
        }
    }

    private static async Task SendAsync(WireStep step, RawWire wire, TimeProvider time, CancellationToken gone)
    {
        switch (step)
        {
            case WireStep.Bytes bytes:
                await wire.WriteAsync(bytes.Content, gone);
                break;
            case WireStep.Blocks blocks:
                for (var i = 0L; i < blocks.Count; i++) await wire.WriteAsync(blocks.Block(i), gone);
                break;
            case WireStep.Pause pause:
                await Task.Delay(pause.For ?? Timeout.InfiniteTimeSpan, time, gone);
                break;
        }
    }
}

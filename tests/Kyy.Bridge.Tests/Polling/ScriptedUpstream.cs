using System.Collections.Concurrent;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>An upstream that answers what a test says, when a test says.</summary>
internal sealed class ScriptedUpstream(TimeProvider time) : IUpstreamClient
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _held;

    public ConcurrentQueue<string> Asked { get; } = [];

    public int InFlight { get; private set; }

    public int MostInFlight { get; private set; }

    /// <summary>The answer to everything; null throws.</summary>
    public UpstreamReply? Reply { get; set; } = new UpstreamReply.Waiting(WaitingStatus.Processing, UpstreamFacts.None);

    /// <summary>The answer to each id, where it matters which; else <see cref="Reply"/> is everybody's.</summary>
    public Func<string, UpstreamReply?>? ReplyTo { get; set; }

    /// <summary>How long an exchange claims to have taken.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>From now on answers wait.</summary>
    public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _held?.TrySetResult();

    public async Task<UpstreamExchange> GetResultAsync(UpstreamTarget target, string taskId, CancellationToken cancellationToken)
    {
        Asked.Enqueue(taskId);
        var sentAt = time.GetTimestamp();
        lock (_lock) MostInFlight = Math.Max(MostInFlight, ++InFlight);
        try
        {
            if (_held is { } held) await held.Task;
            return new((ReplyTo is null ? Reply : ReplyTo(taskId)) ?? throw new InvalidOperationException("no answer"), sentAt, Elapsed);
        }
        finally
        {
            lock (_lock) InFlight--;
        }
    }
}

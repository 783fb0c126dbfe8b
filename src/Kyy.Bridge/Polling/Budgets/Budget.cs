using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Polling.Budgets;

/// <summary>
/// One key of the upstream as this process knows it: how many requests it may make of it, whether it is paused, and what its
/// answers say about it. What is decided here is stored (<see cref="BudgetStore"/>), so that other replicas keep it too.
/// </summary>
internal sealed class Budget(int id, PollWindow window, TimeProvider time)
{
    // Different tasks in a row whose trouble is no longer believed to be their own.
    private const int EnoughForOutage = 5, EnoughForRoute = 10;

    private readonly Lock _lock = new();
    private readonly KeyTrust _trust = new();
    private readonly Suspects _outage = new(EnoughForOutage), _route = new(EnoughForRoute);
    private readonly long _startedAt = time.GetTimestamp();
    private BudgetShare _share = new(1, 1, Pace.Whole, TimeSpan.MaxValue, TimeSpan.MaxValue);
    private long _shareSeen = time.GetTimestamp();
    private bool _isPaused;
    private int _changes;
    private long _closedAt = long.MinValue, _changedAt = long.MinValue, _reopenedAt = long.MinValue;

    public int Id => id;

    public Pacer Pacer { get; } = new(time);

    public Turns Turns { get; } = new(time);

    /// <summary>Requests a second that this process may make now.</summary>
    public double Rate
    {
        get
        {
            lock (_lock)
            {
                var since = time.GetElapsedTime(_shareSeen);
                var pace = _share.Pace.After(Later(_share.SinceThrottled, since), window.Min);
                return BudgetRate.Of(
                    _share.Limit, _share.Replicas, pace, Later(_share.SinceReopened, since), time.GetElapsedTime(_startedAt), window.Min);
            }
        }
    }

    /// <summary>Whether no call may be made now, but for the probe of a pause that is over.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock) return _changes > 0 || _isPaused;
        }
    }

    /// <summary>Takes over what is stored of the rate.</summary>
    /// <param name="share">As of <paramref name="readAt"/>.</param>
    /// <param name="readAt">From before it was read.</param>
    public void See(BudgetShare share, long readAt)
    {
        lock (_lock)
        {
            // What was read before a pause ended knows nothing of the end.
            if (readAt >= _reopenedAt) (_share, _shareSeen) = (share, readAt);
        }
    }

    /// <summary>Takes over what is stored of a pause. False where it is older than what this process knows.</summary>
    /// <param name="pausedFor">Null for none; not above zero where it is over and waits for a probe.</param>
    /// <param name="readAt">From before it was read.</param>
    public bool See(TimeSpan? pausedFor, long readAt)
    {
        lock (_lock)
        {
            if (_changes > 0 || readAt < _changedAt) return false;
            if (pausedFor is not null && !_isPaused) _closedAt = time.GetTimestamp();
            if (pausedFor is null && _isPaused)
            {
                // Another replica's probe was answered: who failed before it says nothing about what comes after.
                _outage.Clear(Guid.Empty);
                Reopened(readAt);
            }

            _isPaused = pausedFor is not null;
            return true;
        }
    }

    /// <summary>From now until <see cref="EndChange"/> no call is made: a change is being stored.</summary>
    public void BeginChange()
    {
        lock (_lock)
        {
            _changes++;
            _closedAt = time.GetTimestamp();
        }
    }

    /// <summary>The change is stored.</summary>
    public void EndChange(TimeSpan? pausedFor)
    {
        lock (_lock)
        {
            _changes--;
            _changedAt = time.GetTimestamp();
            _isPaused = pausedFor is not null;
            if (!_isPaused) Reopened(_changedAt);
        }
    }

    // The rate grows from here on, whoever's probe it was, and not only from when what is stored of it is read next.
    private void Reopened(long at)
    {
        var since = time.GetElapsedTime(_shareSeen, at);
        _share = _share with { SinceThrottled = Later(_share.SinceThrottled, since), SinceReopened = TimeSpan.Zero };
        _shareSeen = _reopenedAt = at;
    }

    /// <summary>What an answer says about the key.</summary>
    /// <param name="task">Whose answer it is.</param>
    /// <param name="reply">The answer.</param>
    /// <param name="sentAt">When it was asked for: what was on the wire when the key was closed says nothing new.</param>
    /// <param name="isProbe">Whether it is the one call after a pause.</param>
    public Lesson Learn(DueTask task, UpstreamReply reply, long sentAt, bool isProbe)
    {
        var isNew = isProbe || IsAfterClosing(sentAt);
        return reply switch
        {
            UpstreamReply.Throttled throttled => isNew ? Pause("throttled", 429, Cap(throttled.RetryAfter, Backoff.LongestThrottle), lowersPace: true) : Lesson.None,
            UpstreamReply.KeyRefused refused => Refused(new(task, refused.StatusCode), isNew, isProbe),
            UpstreamReply.WrongRoute => (_outage.Add(task.Id) && isNew) || isProbe ? Pause("wrong_route", 404, null) : Lesson.None,
            UpstreamReply.Unreachable broken => isProbe || (IsOutage(broken.Kind) && _outage.Add(task.Id) && isNew)
                ? Pause(KindWord.Of(broken.Kind), broken.StatusCode, Cap(broken.RetryAfter, Backoff.LongestOutage))
                : Lesson.None,
            _ => Answered(task, reply, isProbe),
        };
    }

    /// <summary>A task that should be there is not found. Whether it is rather the base URL's fault: so many are missing, and none answered.</summary>
    public bool DoubtsRoute(Guid missing) => _route.Add(missing);

    private Lesson Refused(Refusal refusal, bool isNew, bool isProbe) =>
        (_trust.Refused(refusal) && isNew) || isProbe ? new() { Change = new BudgetChange.Reject(refusal.StatusCode) } : Lesson.None;

    private Lesson Answered(DueTask task, UpstreamReply reply, bool isProbe)
    {
        _outage.Clear(task.Id);
        if (reply is UpstreamReply.Reading) _route.Clear(task.Id);
        var theirs = _trust.Answered();
        if (theirs.Count == 0 && !isProbe) return Lesson.None;
        return new() { Change = isProbe ? new BudgetChange.Reopen() : null, Theirs = theirs };
    }

    private static Lesson Pause(string reason, int? statusCode, TimeSpan? askedFor, bool lowersPace = false) =>
        new() { Change = new BudgetChange.Pause(reason, statusCode, askedFor, lowersPace) };

    // A body that cannot be read and an answer that does not come may be one task's; these are the upstream's or the way's to it.
    private static bool IsOutage(UnreachableKind kind) =>
        kind is not (UnreachableKind.Timeout or UnreachableKind.BadBody or UnreachableKind.TooLarge or UnreachableKind.RequestTimeout);

    private bool IsAfterClosing(long sentAt)
    {
        lock (_lock) return sentAt >= _closedAt && _changes == 0;
    }

    private static TimeSpan? Cap(TimeSpan? asked, TimeSpan longest) => asked > longest ? longest : asked;

    private static TimeSpan Later(TimeSpan since, TimeSpan more) => since > TimeSpan.FromDays(1) ? since : since + more;
}

/// <summary>What is known of a budget's rate.</summary>
/// <param name="Limit">Requests a second over all replicas.</param>
/// <param name="Replicas">How many share it.</param>
/// <param name="Pace">What the last 429 left.</param>
/// <param name="SinceThrottled">How long ago that was.</param>
/// <param name="SinceReopened">How long ago the last pause ended; very long where there was none.</param>
internal sealed record BudgetShare(int Limit, int Replicas, Pace Pace, TimeSpan SinceThrottled, TimeSpan SinceReopened);

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>All polls of one id, whether a task has it or not.</summary>
internal sealed class PollHistory
{
    private readonly Lock _gate = new();
    private readonly Journal<Poll> _polls = new();
    private TimeSpan? _latest, _smallest, _largest;
    private Poll? _end;
    private int _authorized, _count;

    public IReadOnlyList<Poll> Polls => _polls.Entries;

    /// <summary>Records a poll that has come in.</summary>
    /// <param name="clock">Read in here, so that polls of one id come in an order.</param>
    /// <param name="flaws">What is wrong with the request itself.</param>
    /// <param name="expectedGap">What it has to keep from the poll before.</param>
    public Poll Begin(MonotonicClock clock, Violation flaws, TimeSpan expectedGap)
    {
        lock (_gate)
        {
            var now = clock.Now;
            if (!flaws.HasFlag(Violation.WrongKey)) _authorized++;
            var gap = now - _latest;
            if (gap < expectedGap) flaws |= Violation.TooEarly;
            if (_end is not null) flaws |= Violation.AfterEnd;
            var poll = new Poll { Number = _authorized, At = now, Gap = gap, SinceEnd = now - _end?.SentAt, Violations = flaws };
            Count(gap);
            _latest = now;
            _polls.Add(poll);
            return poll;
        }
    }

    /// <summary>How often and how closely it was asked for; null where it never was.</summary>
    public GapsOfId? GapsOf(string id)
    {
        lock (_gate) return _count == 0 ? null : new(id, _count, _smallest, _largest);
    }

    /// <summary>
    /// Records that the answer to a poll goes out. Before it does: an asker that has read its answer and asks again at once would
    /// else be faster than the record of it.
    /// </summary>
    public void Sending(Poll poll, bool endsTask, TimeSpan now)
    {
        lock (_gate)
        {
            poll.SentAt = now;
            if (endsTask) _end ??= poll;
        }
    }

    /// <summary>Takes <see cref="Sending"/> back: the asker hung up before it had the whole answer.</summary>
    public void NotSent(Poll poll)
    {
        lock (_gate)
        {
            poll.SentAt = null;
            if (_end == poll) _end = null;
        }
    }

    public Task<IReadOnlyList<Poll>> WaitForAsync(int count, TimeSpan timeout) => _polls.WaitForAsync(_ => true, count, timeout);

    private void Count(TimeSpan? gap)
    {
        _count++;
        if (gap is null) return;
        if (_smallest is null || gap < _smallest) _smallest = gap;
        if (_largest is null || gap > _largest) _largest = gap;
    }
}

/// <summary>How closely one id was asked for.</summary>
internal readonly record struct GapsOfId(string Id, int Polls, TimeSpan? Smallest, TimeSpan? Largest);

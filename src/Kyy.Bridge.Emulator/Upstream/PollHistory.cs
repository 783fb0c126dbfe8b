namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>All polls of one id, whether a task has it or not.</summary>
internal sealed class PollHistory
{
    private readonly Lock _gate = new();
    private readonly Journal<Poll> _polls = new();
    private TimeSpan? _latest;
    private Poll? _end;
    private int _authorized;

    public IReadOnlyList<Poll> Polls => _polls.Entries;

    /// <summary>Records a poll that has come in.</summary>
    /// <param name="now">When.</param>
    /// <param name="flaws">What is wrong with the request itself.</param>
    /// <param name="expectedGap">What it has to keep from the poll before.</param>
    public Poll Begin(TimeSpan now, Violation flaws, TimeSpan expectedGap)
    {
        lock (_gate)
        {
            if (!flaws.HasFlag(Violation.WrongKey)) _authorized++;
            if (now - _latest < expectedGap) flaws |= Violation.TooEarly;
            if (_end is not null) flaws |= Violation.AfterEnd;
            var poll = new Poll { Number = _authorized, At = now, Gap = now - _latest, SinceEnd = now - _end?.SentAt, Violations = flaws };
            _latest = now;
            _polls.Add(poll);
            return poll;
        }
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
}

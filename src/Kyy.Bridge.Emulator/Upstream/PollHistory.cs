namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>All polls of one id, whether a task has it or not.</summary>
internal sealed class PollHistory
{
    private readonly Lock _gate = new();
    private readonly Journal<Poll> _polls = new();
    private TimeSpan? _latest, _ended;
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
            if (_ended is not null) flaws |= Violation.AfterEnd;
            var poll = new Poll { Number = _authorized, At = now, Gap = now - _latest, SinceEnd = now - _ended, Violations = flaws };
            _latest = now;
            _polls.Add(poll);
            return poll;
        }
    }

    /// <summary>Records that the answer to a poll has gone out whole.</summary>
    public void Sent(Poll poll, bool endsTask, TimeSpan now)
    {
        lock (_gate)
        {
            poll.WhollySent = true;
            if (endsTask) _ended ??= now;
        }
    }

    public Task<IReadOnlyList<Poll>> WaitForAsync(int count, TimeSpan timeout) => _polls.WaitForAsync(_ => true, count, timeout);
}

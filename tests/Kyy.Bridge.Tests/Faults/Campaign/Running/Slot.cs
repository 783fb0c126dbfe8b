using System.Globalization;
using Kyy.Bridge.Tests.Faults.Campaign.Judging;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>One replica through all of its lives.</summary>
internal sealed class Slot(int number, CampaignPlan plan, Stage stage, Chronicle chronicle) : IAsyncDisposable
{
    // A start that fails, over a database that is away, is tried again soon.
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _end = new(), _calm = new();
    private readonly TaskCompletionSource _firstReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _alone = new(1);
    private Task _living = Task.CompletedTask;
    private Replica? _replica;
    private DateTimeOffset? _askedToEndAt;
    private int _starts;

    public int Number => number;

    /// <summary>Where it answers; null while it is dead or starts.</summary>
    public Uri? Address => Volatile.Read(ref _replica)?.Address;

    public int Starts => Volatile.Read(ref _starts);

    public void Start() => _living = LiveAsync();

    public Task WhenReadyAsync() => _firstReady.Task.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);

    public void Calm() => _calm.Cancel();

    /// <summary>SIGSTOP as soon as it lives, and SIGCONT after a while. Nobody kills it meanwhile.</summary>
    public async Task FreezeAsync(TimeSpan length)
    {
        await UntilAsync(() => Address is not null);
        await _alone.WaitAsync(_end.Token);
        try
        {
            if (Volatile.Read(ref _replica) is not { } replica) return;
            var entry = chronicle.Begin(OccurrenceKind.Frozen, number, "frozen");
            await replica.FreezeAsync();
            await Task.Delay(length, TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await replica.ThawAsync();
            entry.End();
        }
        finally
        {
            _alone.Release();
        }
    }

    /// <summary>SIGTERM as soon as it lives; it is started again when it has ended. Returns when it is ready.</summary>
    public async Task RestartAsync()
    {
        await UntilAsync(() => Address is not null);
        await _alone.WaitAsync(_end.Token);
        var starts = Starts;
        try
        {
            if (Volatile.Read(ref _replica) is not { } replica) return;
            // From here on it takes no connections.
            _askedToEndAt = Chronicle.Now;
            await replica.TerminateAsync();
        }
        finally
        {
            _alone.Release();
        }

        await UntilAsync(() => Starts > starts && Address is not null);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _living;
        _end.Dispose();
        _calm.Dispose();
        _alone.Dispose();
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!_end.IsCancellationRequested && !condition())
            await Task.Delay(Between, TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task LiveAsync()
    {
        Chronicle.Entry? dead = null;
        for (var life = 0; !_end.IsCancellationRequested; life++)
        {
            var planned = plan.LifeOf(number, life);
            var replica = await Replica.TryStartAsync(stage.Settings(), planned, mayDie: !_calm.IsCancellationRequested, _end.Token);
            if (replica is null)
            {
                await Task.Delay(Between, TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            dead?.End();
            dead = await LiveAsync(replica, planned);
        }

        dead?.End();
    }

    private async Task<Chronicle.Entry> LiveAsync(Replica replica, Life life)
    {
        var clock = life.HasWrongClock ? chronicle.Begin(OccurrenceKind.WrongClock, number, Words(life)) : null;
        await using (replica)
        {
            Volatile.Write(ref _replica, replica);
            Interlocked.Increment(ref _starts);
            _firstReady.TrySetResult();
            var dead = await UntilDeadAsync(replica, life);
            Volatile.Write(ref _replica, null);
            clock?.End();
            return dead;
        }
    }

    private async Task<Chronicle.Entry> UntilDeadAsync(Replica replica, Life life)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        await Task.WhenAny(replica.Ended, WhenItsTimeHasComeAsync(life, over.Token));
        await over.CancelAsync();
        if (replica.HasEnded) return Died(replica, life);

        await _alone.WaitAsync(CancellationToken.None);
        try
        {
            if (replica.HasEnded) return Died(replica, life);
            var entry = chronicle.Begin(OccurrenceKind.Died, number, Deaths.WordOf(null));
            await replica.KillAsync();
            return entry;
        }
        finally
        {
            _alone.Release();
        }
    }

    // In calm nobody's time comes but by the end of all.
    private async Task WhenItsTimeHasComeAsync(Life life, CancellationToken cancellation)
    {
        using var calm = CancellationTokenSource.CreateLinkedTokenSource(_calm.Token, cancellation);
        await Task.Delay(life.Longest, TimeProvider.System, calm.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_calm.IsCancellationRequested) return;
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Who was asked to end can still come to its point, and then has not recorded what it was told.
    private Chronicle.Entry Died(Replica replica, Life life)
    {
        var asked = _askedToEndAt;
        _askedToEndAt = null;
        if (asked is not null)
        {
            var ending = chronicle.Begin(OccurrenceKind.Restarted, number, $"asked to end, exit code {replica.ExitCode}", asked);
            if (!replica.WasKilled) return ending;
            ending.End();
        }

        var words = replica.WasKilled ? Deaths.WordOf(life.Point) : $"ended by itself with exit code {replica.ExitCode}: {replica.LastWords}";
        return chronicle.Begin(OccurrenceKind.Died, number, words, replica.EndedAt);
    }

    private static string Words(Life life)
    {
        var stepping = life.StepEvery is null ? "" : ", stepping";
        return string.Create(CultureInfo.InvariantCulture, $"clock {life.Ahead.TotalMinutes:+0;-0} min{stepping}");
    }
}

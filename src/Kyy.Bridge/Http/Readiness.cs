using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Http;

/// <summary>Whether this process may be sent requests. Looked at once a second at most, however many probes there are.</summary>
internal sealed class Readiness
{
    private static readonly TimeSpan
        Life = TimeSpan.FromSeconds(1), LongestLook = TimeSpan.FromSeconds(3), LargestSkew = TimeSpan.FromSeconds(60);

    private static readonly Look NoAnswer = new(false, "The database does not answer.");

    private readonly Migrator _migrator;
    private readonly DatabaseClock _clock;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly BriefCache<string, Look> _looks;
    private Task<Look>? _looking;

    public Readiness(Migrator migrator, DatabaseClock clock, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        (_migrator, _clock, _time, _stopping) = (migrator, clock, time, lifetime.ApplicationStopping);
        _looks = new(Life, capacity: 1, time, _ => LookInTimeAsync());
    }

    /// <summary>What keeps the process from being ready; null when it is.</summary>
    public async Task<string?> FaultAsync() =>
        _stopping.IsCancellationRequested
            ? "It is stopping: what is in flight is finished, nothing new is taken."
            : (await LastLookAsync()).Fault;

    /// <summary>Whether PostgreSQL answers.</summary>
    public async Task<bool> DatabaseAnswersAsync() => (await LastLookAsync()).DatabaseAnswers;

    private Task<Look> LastLookAsync() => _looks.GetAsync("");

    // Npgsql takes its time to give up, see AnswersInTime; meanwhile one look is enough.
    private async Task<Look> LookInTimeAsync()
    {
        if (_looking is null or { IsCompleted: true }) _looking = LookAsync();
        try
        {
            return await _looking.WaitAsync(LongestLook, _time);
        }
        catch (TimeoutException)
        {
            return NoAnswer;
        }
    }

    private async Task<Look> LookAsync()
    {
        using var limit = new CancellationTokenSource(LongestLook, _time);
        try
        {
            // The look sets the clock, too: the two drift apart by less than a probe is away from the last one.
            await _clock.SynchroniseAsync(limit.Token);
            return new(true, Fault(await _migrator.PendingAsync(limit.Token), (_time.GetUtcNow() - _clock.Now).Duration()));
        }
        catch (Exception outage) when (outage is OperationCanceledException || DatabaseOutage.Explains(outage))
        {
            return NoAnswer;
        }
    }

    private static string? Fault(IReadOnlyList<string> pending, TimeSpan skew) =>
        pending.Count > 0 ? $"The database lacks {string.Join(", ", pending)}: run the verb migrate."
        : skew > LargestSkew ? $"This machine's clock and the database's are {skew.TotalSeconds:0} s apart."
        : null;

    private sealed record Look(bool DatabaseAnswers, string? Fault);
}

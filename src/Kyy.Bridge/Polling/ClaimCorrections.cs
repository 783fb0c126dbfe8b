using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>
/// Gathers what polls did not keep of their claims into batches: a process that is too slow has them for all of its polls at once, and one
/// statement for each would make it slower still.
/// </summary>
internal sealed partial class ClaimCorrections : IAsyncDisposable
{
    private const int LargestBatch = 500;

    private readonly Batcher<HandBack> _handBacks;
    private readonly Batcher<PushOn> _pushOns;
    private readonly ILogger<ClaimCorrections> _logger;
    private readonly CancellationTokenSource _giveUp = new();

    public ClaimCorrections(NpgsqlDataSource dataSource, TimeProvider time, ILogger<ClaimCorrections> logger)
    {
        _logger = logger;
        _handBacks = new(LargestBatch, rows => HandBackAsync(dataSource, rows));
        _pushOns = new(LargestBatch, rows =>
            BatchWrite.RepeatAsync(() => CorrectClaims.PushOnAsync(dataSource, rows), time, logger, _giveUp.Token));
    }

    /// <summary>Returns when it is committed that the poll was not made.</summary>
    public Task HandBackAsync(HandBack handBack) => _handBacks.AddAsync(handBack);

    /// <summary>Returns when it is committed that the poll was late; repeated through an outage of the database.</summary>
    public Task PushOnAsync(PushOn pushOn) => _pushOns.AddAsync(pushOn);

    /// <summary>From now on a write that the database does not take is given up, and with it the answer that waits for it.</summary>
    public void StopRepeating() => _giveUp.Cancel();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _handBacks.DisposeAsync();
        await _pushOns.DisposeAsync();
        _giveUp.Dispose();
    }

    private async Task HandBackAsync(NpgsqlDataSource dataSource, IReadOnlyList<HandBack> rows)
    {
        var late = rows.Count(row => row.IsLate);
        if (late > 0) LogLate(_logger, late);
        await CorrectClaims.HandBackAsync(dataSource, rows);
    }

    [LoggerMessage(1302, LogLevel.Information, "{Count} tasks were claimed and could not be asked about in time; they were handed back")]
    private static partial void LogLate(ILogger logger, int count);
}

/// <summary>A claimed task that was not asked about.</summary>
/// <param name="Task">The task, as it was claimed.</param>
/// <param name="IsLate">Whether because it was too late for that.</param>
internal readonly record struct HandBack(DueTask Task, bool IsLate);

/// <summary>A claimed task that the upstream may have been asked about later than its claim says.</summary>
/// <param name="Task">The task, as it was claimed.</param>
/// <param name="Latest">From before the claim to the answer: later the upstream cannot have seen the request.</param>
/// <param name="Minimum">The window's minimum.</param>
internal readonly record struct PushOn(DueTask Task, TimeSpan Latest, TimeSpan Minimum);

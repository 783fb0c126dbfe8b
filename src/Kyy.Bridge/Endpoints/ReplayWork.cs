using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Npgsql;

namespace Kyy.Bridge.Endpoints;

/// <summary>
/// Does what replays ask for, step by step, each a few hundred rows in one transaction with the position: whoever takes a replay up, now
/// or after a restart, goes on where the last commit left it. Nothing is sent twice, nothing left out, and there is no limit to its length.
/// </summary>
internal sealed partial class ReplayWork(NpgsqlDataSource dataSource, Dispatcher dispatcher, ILogger<ReplayWork> logger) : IRecurringWork
{
    private const string NextSql = "select min(next_step_at) - now() from bridge.replays where ended_at is null";

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30), AtLeast = TimeSpan.FromMilliseconds(20);

    public string Name => "replays";

    public TimeSpan Cadence { get; } = TimeSpan.FromSeconds(1);

    public WakeSignal Wake { get; } = new();

    /// <summary>One step of the replay that waits longest.</summary>
    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await OpenReplay.TakeAsync(connection, cancellation) is not { } replay) return new(0, await NextInAsync(connection, cancellation));

        try
        {
            var progress = await ReplayStep.RunAsync(connection, replay, cancellation);
            await replay.MoveAsync(connection, progress, cancellation);
            await transaction.CommitAsync(cancellation);
            if (progress.Queued > 0) dispatcher.Wake.Raise();
            if (progress.Wait is null) LogEnded(logger, LoggedId.OfReplay(replay.Id), replay.Kind, progress.Status);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            // One that fails again and again does not keep the others from their turns.
            await transaction.DisposeAsync();
            await replay.PutOffAsync(dataSource, AfterFailure);
            throw;
        }

        return new(1, TimeSpan.Zero);
    }

    // One that is due and was not taken is another process's at the moment.
    private static async Task<TimeSpan?> NextInAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(NextSql, connection);
        return await command.ExecuteScalarAsync(cancellation) is TimeSpan next ? next > AtLeast ? next : AtLeast : null;
    }

    [LoggerMessage(3101, LogLevel.Information, "Replay {Replay} ({Kind}) is {Status}")]
    private static partial void LogEnded(ILogger logger, LoggedId replay, string kind, string status);
}

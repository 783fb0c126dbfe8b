using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Polling.Estimates;

/// <summary>Keeps how long finished videos took, for the estimates of later ones.</summary>
/// <remarks>
/// At most once a second: many ends bring many batches of outcomes, each of which would wait for a transaction on the same few rows. What
/// a process that dies has not written yet is a little less learned.
/// </remarks>
internal sealed partial class DurationRecorder(
    NpgsqlDataSource dataSource, ModelCatalogue catalogue, TimeProvider time, ILogger<DurationRecorder> logger) : IAsyncDisposable
{
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private List<ObservedDuration> _gathered = [];
    private long? _writtenAt;

    /// <summary>
    /// Keeps what a batch of outcomes has observed of models that a documented family owns. It never fails: what is not kept is a little
    /// less learned, and the outcomes stand.
    /// </summary>
    public Task RecordAsync(IEnumerable<ObservedDuration> observations)
    {
        ObservedDuration[] learned = [.. observations
            .Where(seen => catalogue.ForModel(seen.Model) != catalogue.Default)
            .Select(seen => LearnedEstimates.NameOf(seen.Model) is { } name ? seen with { Model = name } : null)
            .OfType<ObservedDuration>()];
        lock (_lock)
        {
            _gathered.AddRange(learned);
            if (_writtenAt is { } last && time.GetElapsedTime(last) < BetweenWrites) return Task.CompletedTask;
        }

        return WriteAsync();
    }

    /// <summary>Writes what is gathered, however soon after the last time. It never fails.</summary>
    public async Task WriteAsync()
    {
        List<ObservedDuration> learned;
        lock (_lock)
        {
            if (_gathered.Count == 0) return;
            (learned, _gathered, _writtenAt) = (_gathered, [], time.GetTimestamp());
        }

        try
        {
            await RecordDurations.WriteAsync(dataSource, learned);
        }
        catch (Exception exception)
        {
            LogNotKept(logger, learned.Count, exception);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await WriteAsync();

    [LoggerMessage(1390, LogLevel.Warning, "{Count} observed durations could not be kept; the estimates do without them")]
    private static partial void LogNotKept(ILogger logger, int count, Exception exception);
}

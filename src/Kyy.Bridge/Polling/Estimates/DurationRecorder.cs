using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Polling.Estimates;

/// <summary>Keeps how long finished videos took, for the estimates of later ones.</summary>
internal sealed partial class DurationRecorder(NpgsqlDataSource dataSource, ModelCatalogue catalogue, ILogger<DurationRecorder> logger)
{
    /// <summary>
    /// Keeps what a batch of outcomes has observed of models that a documented family owns. It never fails: what is not kept is a little
    /// less learned, and the outcomes stand.
    /// </summary>
    public async Task RecordAsync(IEnumerable<ObservedDuration> observations)
    {
        ObservedDuration[] learned = [.. observations
            .Where(seen => catalogue.ForModel(seen.Model) != catalogue.Default)
            .Select(seen => LearnedEstimates.NameOf(seen.Model) is { } name ? seen with { Model = name } : null)
            .OfType<ObservedDuration>()];
        if (learned.Length == 0) return;

        try
        {
            await RecordDurations.WriteAsync(dataSource, learned);
        }
        catch (Exception exception)
        {
            LogNotKept(logger, learned.Length, exception);
        }
    }

    [LoggerMessage(1390, LogLevel.Warning, "{Count} observed durations could not be kept; the estimates do without them")]
    private static partial void LogNotKept(ILogger logger, int count, Exception exception);
}

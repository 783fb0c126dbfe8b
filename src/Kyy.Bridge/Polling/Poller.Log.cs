using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Polling;

internal sealed partial class Poller
{
    [LoggerMessage(1301, LogLevel.Warning, "The upstream gives lane {Lane} no usable answer ({Kind}, {StatusCode}); its tasks live on and are asked about again")]
    private static partial void LogTrouble(ILogger logger, int lane, string kind, int? statusCode);

    [LoggerMessage(1302, LogLevel.Information, "Task {Task} was claimed and could not be asked about in time; it was handed back")]
    private static partial void LogLate(ILogger logger, LoggedId task);

    [LoggerMessage(1303, LogLevel.Error, "The answer about task {Task} could not be recorded; it is asked about again when it is due")]
    private static partial void LogFailed(ILogger logger, LoggedId task, Exception exception);
}

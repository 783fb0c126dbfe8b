using Hangfire.Logging;
using HangfireLevel = Hangfire.Logging.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>Writes what Hangfire says to the service's log.</summary>
/// <remarks>
/// Its provider is static, and its loggers are made once a process, the first time that their class is used. Where a process hosts
/// several services, as tests do, they all write to the one that came last, and to nobody once that has been disposed.
/// </remarks>
internal sealed class HangfireLogs : ILogProvider
{
    private static readonly HangfireLogs Provider = new();

    private volatile ILoggerFactory? _factory;

    public static ILogProvider Of(ILoggerFactory factory)
    {
        Provider._factory = factory;
        return Provider;
    }

    public ILog GetLogger(string name) => new Log(this, name);

    private ILogger? Find(string name)
    {
        try
        {
            return _factory?.CreateLogger(name);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private sealed class Log(HangfireLogs logs, string name) : ILog
    {
        // Called without a message it asks whether the level is written.
        bool ILog.Log(HangfireLevel logLevel, Func<string>? messageFunc, Exception? exception)
        {
            var level = logLevel switch
            {
                HangfireLevel.Trace => Level.Trace,
                HangfireLevel.Debug => Level.Debug,
                HangfireLevel.Info => Level.Information,
                HangfireLevel.Warn => Level.Warning,
                HangfireLevel.Error => Level.Error,
                _ => Level.Critical,
            };
            if (logs.Find(name) is not { } logger || !logger.IsEnabled(level)) return false;
            if (messageFunc is not null) logger.Log(level, default, messageFunc(), exception, static (message, _) => message);
            return true;
        }
    }
}

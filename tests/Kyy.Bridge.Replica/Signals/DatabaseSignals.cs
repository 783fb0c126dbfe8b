using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kyy.Bridge.Replica.Signals;

/// <summary>
/// What Npgsql logs, as events. They are raised in the middle of its work, by whoever does it: what a handler does happens there.
/// </summary>
/// <remarks>
/// Its activities know nothing of transactions, and what is set in the asynchronous flow that begins one is gone when it has begun. A
/// statement that failed is executed as well.
/// </remarks>
internal sealed class DatabaseSignals : ILoggerFactory, ILogger
{
    /// <summary>A command or batch is about to be sent: on which connection, and its statements.</summary>
    public event Action<int, IReadOnlyList<string>>? Executing;

    /// <summary>Its answer was read to the end, so that without a transaction it is committed.</summary>
    public event Action<int, IReadOnlyList<string>>? Executed;

    public event Action<int>? TransactionBegun;

    /// <summary>It was committed, rolled back, or lost with its connection.</summary>
    public event Action<int>? TransactionEnded;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> values || Value(values, "ConnectorId") is not int connection) return;
        switch (eventId.Id)
        {
            case NpgsqlEventId.ExecutingCommand:
                Executing?.Invoke(connection, Statements(values));
                break;
            case NpgsqlEventId.CommandExecutionCompleted:
                Executed?.Invoke(connection, Statements(values));
                break;
            case NpgsqlEventId.StartedTransaction:
                TransactionBegun?.Invoke(connection);
                break;
            case NpgsqlEventId.CommittedTransaction or NpgsqlEventId.RolledBackTransaction or NpgsqlEventId.ClosedConnection
                or NpgsqlEventId.ClosedPhysicalConnection or NpgsqlEventId.BreakingConnection:
                TransactionEnded?.Invoke(connection);
                break;
            default:
                break;
        }
    }

    public void Dispose()
    {
    }

    private static IReadOnlyList<string> Statements(IReadOnlyList<KeyValuePair<string, object?>> values) =>
        Value(values, "BatchCommands") as string[] ?? (Value(values, "CommandText") is string text ? [text] : []);

    private static object? Value(IReadOnlyList<KeyValuePair<string, object?>> values, string name)
    {
        for (var i = 0; i < values.Count; i++)
            if (values[i].Key == name) return values[i].Value;
        return null;
    }
}

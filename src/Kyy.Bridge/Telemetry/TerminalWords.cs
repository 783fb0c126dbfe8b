using Serilog.Core;
using Serilog.Events;

namespace Kyy.Bridge.Telemetry;

/// <summary>What <see cref="Logs.Terminal"/> shows beside the message: the category without its namespace, and who sent a request.</summary>
internal sealed class TerminalWords : ILogEventEnricher
{
    /// <inheritdoc />
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (Text(logEvent, Constants.SourceContextPropertyName) is { } category)
            Add(logEvent, "Category", category[(category.LastIndexOf('.') + 1)..]);
        foreach (var id in RequestLine.Sender.Select(name => Text(logEvent, name)).OfType<string>())
            Add(logEvent, "Ids", $"{Text(logEvent, "Ids")} {id}");
    }

    private static string? Text(LogEvent logEvent, string name) =>
        logEvent.Properties.TryGetValue(name, out var value) && value is ScalarValue { Value: string text } ? text : null;

    private static void Add(LogEvent logEvent, string name, string text) => logEvent.AddOrUpdateProperty(new(name, new ScalarValue(text)));
}

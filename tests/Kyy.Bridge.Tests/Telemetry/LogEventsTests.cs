using System.Reflection;
using Kyy.Bridge.Telemetry;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Kyy.Bridge.Tests.Telemetry;

/// <summary>The service's README lists what is logged, for whoever writes an alert on it.</summary>
public sealed class LogEventsTests
{
    private const BindingFlags Messages = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly (int Id, string Level, string Type)[] Logged =
    [
        .. (from type in typeof(BridgeService).Assembly.GetTypes()
            from method in type.GetMethods(Messages)
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()
            // Those of an engine that only one set of packages has stand beside it.
            where message is { EventId: > 0 } && !type.Namespace!.EndsWith("HangfireAdapter", StringComparison.Ordinal)
            select (message.EventId, $"{message.Level}", type.Name))
            // By hand rather than by an attribute: its level is the answer's.
            .Append((RequestLine.EventId, "Debug to Error", nameof(RequestLine)))
            .OrderBy(message => message.EventId),
    ];

    [Fact]
    public void Readme_ListsEveryEventWithItsLevelAndType() =>
        Repository.Table("src/Kyy.Bridge/README.md", "## Log events").Select(row => (row[0], row[1], row[2].Trim('`')))
            .ShouldBe(Logged.Select(message => ($"{message.Id}", message.Level, message.Type)));

    // The generator would hand on @event, and Serilog find no {Event} in it: the line would have a hole.
    [Fact]
    public void Values_AreNotNamedByKeywords() =>
        Directory.EnumerateFiles(Repository.PathOf("src/Kyy.Bridge"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .Where(line => line.Contains("ILogger logger", StringComparison.Ordinal) && line.Contains(" @", StringComparison.Ordinal))
            .ShouldBeEmpty();

    [Fact]
    public void Ids_AreDistinct() => Logged.Select(message => message.Id).ShouldBeUnique();
}

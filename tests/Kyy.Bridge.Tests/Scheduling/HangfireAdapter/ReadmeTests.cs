using System.Reflection;
using Kyy.Bridge.Scheduling.HangfireAdapter;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Kyy.Bridge.Tests.Scheduling.HangfireAdapter;

/// <summary>The page beside the adapter lists what it logs.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Readme_ListsEveryEventWithItsLevelAndType() =>
        Repository.Table("src/Kyy.Bridge/Scheduling/HangfireAdapter/README.md", "## Log events")
            .Select(row => (row[0], row[1], row[2].Trim('`')))
            .ShouldBe(
                from type in typeof(HangfireEngine).Assembly.GetTypes()
                where type.Namespace == typeof(HangfireEngine).Namespace
                from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                let message = method.GetCustomAttribute<LoggerMessageAttribute>()
                where message is { EventId: > 0 }
                orderby message.EventId
                select ($"{message.EventId}", $"{message.Level}", type.Name));
}

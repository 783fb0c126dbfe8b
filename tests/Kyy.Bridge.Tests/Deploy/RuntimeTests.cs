using System.Text.Json;

namespace Kyy.Bridge.Tests.Deploy;

/// <summary>What the service's process is told about its runtime, as it is built.</summary>
public sealed class RuntimeTests
{
    [Fact]
    public void Garbage_is_collected_without_a_heap_for_each_processor()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.runtimeconfig.json");
        using var config = JsonDocument.Parse(File.ReadAllText(file));

        var settings = config.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties");

        settings.GetProperty("System.GC.Server").GetBoolean().ShouldBeFalse();
    }
}

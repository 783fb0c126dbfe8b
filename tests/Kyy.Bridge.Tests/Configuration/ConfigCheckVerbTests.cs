using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Tests.Configuration;

public sealed class ConfigCheckVerbTests : IDisposable
{
    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Run_FineConfiguration_PrintsWhatIsInForceWithSecretsMasked()
    {
        var exitCode = Run(
            (Given.ConnectionStringKey, Given.ConnectionString),
            ("Bridge:Upstream:ApiKey", "hunter2"),
            ("Bridge:Delivery:MaxConcurrency", "8"));

        exitCode.ShouldBe(0);
        var lines = _output.ToString().Split('\n');
        lines[0].ShouldBe("Configuration is fine");
        Columns("Bridge:Upstream:ApiKey").ShouldBe("***");
        Columns("Bridge:Upstream:Proxy").ShouldBe("–");
        Columns("Bridge:Upstream:MaxConcurrency").ShouldBe("64");
        Columns("Bridge:Delivery:MaxConcurrency").ShouldBe("8  (default 256)");
        _output.ToString().ShouldNotContain("hunter2");

        string Columns(string key)
        {
            var line = lines.Single(line => line.StartsWith(key + ' ', StringComparison.Ordinal));
            var width = lines.Skip(2).Where(line => line is not "").Max(line => line.IndexOf(' ', StringComparison.Ordinal)) + 2;
            line[key.Length..width].ShouldBeNullOrWhiteSpace();
            return line[width..];
        }
    }

    [Fact]
    public void Run_FaultyConfiguration_PrintsEveryFaultAndExitsWithExConfig()
    {
        var exitCode = Run(("Bridge:Upstream:Timeout", "15"));

        exitCode.ShouldBe(78);
        _output.ToString().ShouldBe("""
            The configuration needs 2 values mended before Kyy.Bridge can start.

              key     ConnectionStrings:Bridge
              value   (not given)
              remedy  Write where PostgreSQL is: Host=…;Database=…;Username=…;Password=…. Only Development starts one of its own.

              key     Bridge:Upstream:Timeout
              value   15
              remedy  A bare number has no unit: write 15s, 15m or 15h.

            In environment variables a colon is written as two underscores: Bridge__Upstream__Timeout.

            """);
    }

    private int Run(params (string Key, string? Value)[] given) =>
        ConfigCheckVerb.Run(Given.Configuration([(Given.RingKeyKey, Given.RingKey), .. given]), isDevelopment: false, Given.Documented, _output);
}

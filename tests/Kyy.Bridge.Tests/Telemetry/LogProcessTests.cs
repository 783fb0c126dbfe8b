using System.Text.Json;
using System.Text.RegularExpressions;
using Kyy.Bridge.Tests.Configuration;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Telemetry;

/// <summary>What a process of its own writes, from its first line to its last.</summary>
public sealed partial class LogProcessTests(PostgresServer server)
{
    [Fact]
    public async Task Production_WritesOneJsonObjectALine()
    {
        var output = await ServeAsync("Production");

        foreach (var line in output) JsonElement.Parse(line).GetProperty("@m").GetString().ShouldNotBeNullOrEmpty(line);
        output.ShouldContain(line => line.Contains("\"RequestPath\":\"/v1/admin/clients\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Development_WritesLinesThatArePleasantToRead()
    {
        var output = await ServeAsync("Development");

        output.ShouldAllBe(line => Readable().IsMatch(line));
        output.ShouldContain(line => line.Contains(" INF RequestLoggingMiddleware: POST /v1/admin/clients answered 201 in ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("migrate")]
    public async Task FaultAtTheStart_IsTheLastLine_OnStandardError(string verb)
    {
        await using var database = await server.CreateDatabaseAsync();
        var nowhere = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "no_such_database" }.ConnectionString;

        var (exitCode, output, error) = await BridgeProcess.RunAsync(
            [verb], ("ASPNETCORE_ENVIRONMENT", "Production"), ("ConnectionStrings:Bridge", nowhere), ("Bridge:Database:MigrateAtStart", "true"),
            (Given.RingKeyKey, Given.RingKey));

        exitCode.ShouldBe(1, output + error);
        output.ShouldBeEmpty();
        var line = JsonElement.Parse(error);
        line.GetProperty("@l").GetString().ShouldBe("Fatal");
        line.GetProperty("@x").GetString().ShouldNotBeNull().ShouldContain("3D000");
    }

    private async Task<string[]> ServeAsync(string environment)
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var bridge = await BridgeProcess.StartAsync(
            ("ASPNETCORE_ENVIRONMENT", environment),
            ("ConnectionStrings:Bridge", database.ConnectionString),
            (Given.RingKeyKey, Given.RingKey),
            ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey));
        await bridge.ClientOf(BridgeApplication.AdminKey).CreateClientAsync(new("acme"), cancellationToken: TestContext.Current.CancellationToken);
        (await bridge.TerminateAsync()).ShouldBe(0, bridge.Output);
        return bridge.Output.Split('\n');
    }

    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d{3} [A-Z]{3} \w+: \S", RegexOptions.CultureInvariant)]
    private static partial Regex Readable();
}

using System.Net;
using Kyy.Bridge.Http;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Http;

public sealed class DatabaseOutageTests(PostgresServer server)
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_DatabaseOut_IsUnavailableInTimeAndWorksAgainAfterwards(bool isSilent)
    {
        var database = await server.CreateDatabaseAsync();
        await using var gate = new DatabaseGate(database);
        await using var bridge = await BridgeApplication.StartAsync(database, gate.DataSource, settings: ("Bridge:Roles", "api"));
        var client = await bridge.CreateClientAsync();
        bridge.Clock.Advance(TimeSpan.FromSeconds(5));

        if (isSilent) gate.FallSilent();
        else gate.Refuse();
        foreach (var key in new[] { BridgeApplication.AdminKey, client.ApiKey, "kyb_unknown" })
        {
            var asked = TimeProvider.System.GetTimestamp();
            using var answer = await bridge.As(key).PostAsync("/v1/admin/clients", new { name = "acme" }, ("Idempotency-Key", "a"));
            answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
            answer.Body.ShouldNotContain("127.0.0.1");
            TimeProvider.System.GetElapsedTime(asked).ShouldBeLessThan(Promise);
        }

        gate.Open();
        (await bridge.CreateClientAsync()).Id.ShouldStartWith("cli_");
    }

    [Theory]
    [InlineData("57P01", true)]
    [InlineData("57014", true)]
    [InlineData("53300", true)]
    [InlineData("08006", true)]
    [InlineData("40P01", true)]
    [InlineData("55P03", true)]
    [InlineData("25006", true)]
    [InlineData("23505", false)]
    [InlineData("22021", false)]
    [InlineData("42P01", false)]
    public void Explains_RefusalOfPostgres_TellsPassingFromWrong(string state, bool isOutage)
    {
        var refused = new PostgresException("refused", "ERROR", "ERROR", state);

        DatabaseOutage.Explains(refused).ShouldBe(isOutage);
        DatabaseOutage.Explains(new InvalidOperationException("wrapped", refused)).ShouldBe(isOutage);
    }

    [Fact]
    public void Explains_ADefect_IsFalse() => DatabaseOutage.Explains(new InvalidOperationException()).ShouldBeFalse();
}

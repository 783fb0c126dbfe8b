using Kyy.Bridge.Replica.Transactions;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>Every replica of these tests watches that no network call is made in a transaction. Here it is shown that it does.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class CallInTransactionTests(PostgresServer server)
{
    [Fact]
    public async Task A_request_inside_an_open_transaction_ends_the_process_and_says_so()
    {
        await using var fleet = await Fleet.StartAsync(server);

        var replica = await fleet.JoinAsync(new() { CallsInTransaction = true });

        (await replica.WhenEndedAsync()).ShouldBe(RequestsInTransactions.ExitCode, replica.Output);
        replica.Output.ShouldContain($"{RequestsInTransactions.Marker}{fleet.Upstream.BaseUrl.Authority}");
        fleet.Upstream.Report().Unrouted.ShouldBe(0, "it was held back");
    }
}

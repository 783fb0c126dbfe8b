using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Client;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Outcomes;

public sealed class KeyEventsTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly DateTimeOffset Since = new(2026, 11, 20, 9, 10, 11, 123, TimeSpan.Zero);

    private BridgeApplication _bridge = null!;
    private KeyOwner _owner = null!, _other = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _owner = await KeyOwner.CreateAsync(_bridge);
        _other = await KeyOwner.CreateAsync(_bridge, "other");
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Raise_TellsEveryClientOfAKeyOfTheBudget()
    {
        await _owner.SetAsync("main", "sk-shared-0123456789");
        await _other.SetAsync("mine", "sk-shared-0123456789");
        await _other.SetAsync("also", "sk-elsewhere-0123456789");

        await RaiseAsync(await _owner.BudgetOfAsync("main"), EventTypes.UpstreamKeyRejected, Since, 401);

        (await TextAsync(_owner)).ShouldHaveSingleItem().ShouldBe(Samples.OneLine(
            $$$"""
            {"type":"upstream_key.rejected","timestamp":"2026-11-20T09:10:11.123Z",
             "data":{"name":"main","state":"rejected","since":"2026-11-20T09:10:11.123Z","status_code":401,
              "base_url":"http://127.0.0.1:9","client_id":"{{{_owner.PublicId}}}"}}
            """));
        (await _other.EventsAsync()).ShouldHaveSingleItem().Data.Name.ShouldBe("mine");
        (await _bridge.Database.ScalarAsync<long>(
            "select count(*) from bridge.events where task_id is null and created_at = $1", Since)).ShouldBe(2);
    }

    [Fact]
    public async Task Raise_OfTheOperatorsKey_TellsThoseWhoHaveTasksInFlightWithIt()
    {
        await _bridge.Services.RefreshedRingAsync();
        await _bridge.Database.FileForOperatorAsync(_owner.Id);
        await _bridge.Database.FileForOperatorAsync(_owner.Id, family: "veo");
        await _bridge.Database.FileForOperatorAsync(Guid.Empty, family: "videos");
        var budget = await _bridge.Database.ScalarAsync<int>(
            "select budget_id from bridge.upstream_keys where id = $1", UpstreamKey.Operator);

        await RaiseAsync(budget, EventTypes.UpstreamKeyRestored, Since, null);

        var (type, data) = (await _owner.EventsAsync()).ShouldHaveSingleItem();
        type.ShouldBe(EventTypes.UpstreamKeyRestored);
        data.ShouldBe(new UpstreamKeyEventData
        {
            Name = "default",
            State = UpstreamKeyStates.Active,
            Since = Since,
            BaseUrl = "http://127.0.0.1:9",
        });
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.events")).ShouldBe(1);
    }

    [Fact]
    public async Task Raise_TheSameStateAgain_IsTheSameEvent()
    {
        await _owner.SetAsync("main", "sk-shared-0123456789");
        var budget = await _owner.BudgetOfAsync("main");

        await RaiseAsync(budget, EventTypes.UpstreamKeyRejected, Since, 401);
        await RaiseAsync(budget, EventTypes.UpstreamKeyRejected, Since.AddTicks(9), 401);
        await RaiseAsync(budget, EventTypes.UpstreamKeyRejected, Since.AddMinutes(1), 401);
        await RaiseAsync(budget, EventTypes.UpstreamKeyRestored, Since, null);

        var ids = await _bridge.Database.ListAsync<Guid>("select id from bridge.events");
        ids.Count.ShouldBe(3);
        ids.ShouldContain(DerivedId.OfKeyEvent(await _owner.IdOfAsync("main"), _owner.Id, EventTypes.UpstreamKeyRejected, Since));
    }

    [Fact]
    public async Task Raise_InATransactionThatIsRolledBack_TellsNothing()
    {
        await _owner.SetAsync("main", "sk-shared-0123456789");

        await RaiseAsync(await _owner.BudgetOfAsync("main"), EventTypes.UpstreamKeyRejected, Since, 401, commit: false);

        (await _owner.EventsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Raise_OfABudgetWithoutKeys_DoesNothing()
    {
        await RaiseAsync(4711, EventTypes.UpstreamKeyRejected, Since, 401);

        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.events")).ShouldBe(0);
    }

    private async Task RaiseAsync(int budget, string type, DateTimeOffset since, int? statusCode, bool commit = true)
    {
        await using var connection = await _bridge.Database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await _bridge.Services.GetRequiredService<KeyEvents>().RaiseAsync(connection, budget, type, since, statusCode, Cancellation);
        if (commit) await transaction.CommitAsync(Cancellation);
    }

    private Task<List<string>> TextAsync(KeyOwner owner) => _bridge.Database.ListAsync<string>(
        "select convert_from(payload, 'UTF8') from bridge.events where client_id = $1", owner.Id);
}

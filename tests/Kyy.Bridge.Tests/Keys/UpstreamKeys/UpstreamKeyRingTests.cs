using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Keys.UpstreamKeys;

public sealed class UpstreamKeyRingTests(PostgresServer server) : IAsyncLifetime
{
    private const string Key = "sk-ring-0123456789";

    private BridgeApplication _bridge = null!;
    private KeyOwner _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _owner = await KeyOwner.CreateAsync(_bridge);
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Refresh_FirstOfAll_BringsTheOperatorsKeyToItsBudget()
    {
        _bridge.Services.Ring().Any.ShouldBeFalse();

        var ring = await _bridge.Services.RefreshedRingAsync();

        var known = ring.All.ShouldHaveSingleItem();
        ring.Find(UpstreamKey.Operator).ShouldBe(known);
        (known.ClientId, known.Name, known.Target.BaseUrl.AbsoluteUri).ShouldBe((null, "default", "http://127.0.0.1:9/"));
        known.Target.Key.Reveal().ShouldBe(BridgeApplication.UpstreamKey);
        (await OperatorBudgetAsync()).ShouldBe(known.BudgetId);
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        ring.All.ShouldHaveSingleItem().ShouldBeSameAs(known);
    }

    [Fact]
    public async Task Refresh_WithoutAnOperatorsKey_KnowsTheClientsAlone()
    {
        await using var bridge = await BridgeApplication.StartAsync(server, null, ("Bridge:Upstream:ApiKey", ""));
        var owner = await KeyOwner.CreateAsync(bridge);
        (await bridge.Services.RefreshedRingAsync()).Any.ShouldBeFalse();

        await owner.SetAsync("main", Key);

        (await bridge.Services.RefreshedRingAsync()).All.ShouldHaveSingleItem().ClientId.ShouldBe(owner.Id);
    }

    [Fact]
    public async Task Refresh_AfterWhatAnotherProcessDid_KnowsIt()
    {
        await using var worker = await BridgeApplication.StartAsync(_bridge.Database, _bridge.Database.DataSource, ownsDatabase: false);
        var ring = await worker.Services.RefreshedRingAsync();
        using var put = await _owner.PutAsync("main", new { key = Key, max_requests_per_second = 3 });
        await _owner.SetAsync("stays", "sk-stays-0123456789");
        var id = await _owner.IdOfAsync("main");
        ring.Find(id).ShouldBeNull();

        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        var known = ring.Find(id).ShouldNotBeNull();
        (known.ClientId, known.Name, known.MaxRequestsPerSecond, known.Target.Key.Reveal()).ShouldBe((_owner.Id, "main", 3, Key));
        known.BudgetId.ShouldBe(await _owner.BudgetOfAsync("main"));
        var untouched = ring.Find(await _owner.IdOfAsync("stays"));

        await _owner.SetAsync("main", "sk-replaced-0123456789");
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        (ring.Find(id)!.Target.Key.Reveal(), ring.Find(id)!.MaxRequestsPerSecond).ShouldBe(("sk-replaced-0123456789", null));
        ring.Find(id)!.BudgetId.ShouldNotBe(known.BudgetId);

        using var deleted = await _owner.Caller.DeleteAsync($"{KeyOwner.Path}/main");
        deleted.Status.ShouldBe(HttpStatusCode.NoContent);
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        ring.Find(id).ShouldBeNull();
        // What did not change was not decrypted again.
        ring.Find(await _owner.IdOfAsync("stays")).ShouldBeSameAs(untouched);
        ring.All.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Refresh_KeyThatCannotBeDecrypted_LeavesItOutAndSaysSoOnce()
    {
        await _owner.SetAsync("broken", Key);
        await _owner.SetAsync("good", Key);
        await _bridge.Database.ExecuteAsync("update bridge.upstream_keys set ciphertext = '\\x00' where name = 'broken'");

        for (var i = 0; i < 3; i++)
        {
            await _bridge.Database.ExecuteAsync("update bridge.upstream_keys set set_at = clock_timestamp() where name = 'good'");
            await _bridge.Services.RefreshedRingAsync();
        }

        _bridge.Services.Ring().All.Select(key => key.Name).ShouldBe(["good", "default"], ignoreOrder: true);
        var line = _bridge.Log.Lines.Where(line => line.Contains("cannot be decrypted", StringComparison.Ordinal)).ShouldHaveSingleItem();
        line.ShouldContain("broken");
        line.ShouldContain(_owner.PublicId);
    }

    [Fact]
    public async Task EqualKeys_OfClientsAndTheOperator_ShareABudget()
    {
        var other = await KeyOwner.CreateAsync(_bridge, "other");
        await _owner.SetAsync("main", Key);
        await other.SetAsync("mine", Key);
        await other.SetAsync("operators", BridgeApplication.UpstreamKey);
        await _bridge.Services.RefreshedRingAsync();

        var shared = await _owner.BudgetOfAsync("main");
        (await other.BudgetOfAsync("mine")).ShouldBe(shared);
        (await other.BudgetOfAsync("operators")).ShouldBe(await OperatorBudgetAsync());
        shared.ShouldNotBe(await OperatorBudgetAsync());
        await _bridge.Database.PauseAsync(shared, UpstreamKeyStates.Rejected, 401);
        (await other.GetAsync("mine")).State.ShouldBe(UpstreamKeyStates.Rejected);
        (await other.GetAsync("mine")).StatusCode.ShouldBe(401);
        (await other.GetAsync("operators")).State.ShouldBe(UpstreamKeyStates.Active);
    }

    [Fact]
    public async Task Operator_WithAnotherKeyAfterARestart_ComesToAnotherBudgetAndTellsThatItIsRestored()
    {
        await _bridge.Services.RefreshedRingAsync();
        var before = await OperatorBudgetAsync();
        await _bridge.Database.PauseAsync(before, UpstreamKeyStates.Rejected, 403);
        await _bridge.Database.FileForOperatorAsync(_owner.Id);
        await using var restarted = await BridgeApplication.StartAsync(
            _bridge.Database, _bridge.Database.DataSource, ownsDatabase: false, null, ("Bridge:Upstream:ApiKey", "sk-operator-anew"));

        var ring = await restarted.Services.RefreshedRingAsync();

        ring.Find(UpstreamKey.Operator)!.BudgetId.ShouldNotBe(before);
        (await OperatorBudgetAsync()).ShouldBe(ring.Find(UpstreamKey.Operator)!.BudgetId);
        var (type, data) = (await _owner.EventsAsync()).ShouldHaveSingleItem();
        (type, data.Name, data.State, data.StatusCode, data.ClientId).ShouldBe(
            (EventTypes.UpstreamKeyRestored, "default", UpstreamKeyStates.Active, null, null));

        // The process that still has the old key goes on with the old budget, and leaves the row to the newer one.
        await _bridge.Services.RefreshedRingAsync();
        _bridge.Services.Ring().Find(UpstreamKey.Operator)!.BudgetId.ShouldBe(before);
        (await OperatorBudgetAsync()).ShouldNotBe(before);
    }

    private Task<int> OperatorBudgetAsync() =>
        _bridge.Database.ScalarAsync<int>("select budget_id from bridge.upstream_keys where id = $1", UpstreamKey.Operator);
}

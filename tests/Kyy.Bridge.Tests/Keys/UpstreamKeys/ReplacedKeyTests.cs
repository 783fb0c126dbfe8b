using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kyy.Bridge.Tests.Keys.UpstreamKeys;

/// <summary>What setting a key does to a pause, and who is told.</summary>
public sealed class ReplacedKeyTests(PostgresServer server) : IAsyncLifetime
{
    private const string Key = "sk-refused-0123456789", Another = "sk-another-0123456789";

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
    public async Task Rejected_WithAnotherValue_IsActiveAndTellsItsClientAlone()
    {
        await _owner.SetAsync("main", Key);
        await _owner.SetAsync("twin", Key);
        await _other.SetAsync("main", Key);
        await PauseAsync(UpstreamKeyStates.Rejected);

        var view = await _owner.SetAsync("main", Another);

        (view.State, view.Reason, view.StatusCode).ShouldBe((UpstreamKeyStates.Active, null, null));
        var (type, data) = (await _owner.EventsAsync()).ShouldHaveSingleItem();
        type.ShouldBe(EventTypes.UpstreamKeyRestored);
        data.ShouldBe(new UpstreamKeyEventData
        {
            Name = "main",
            State = UpstreamKeyStates.Active,
            Since = data.Since,
            BaseUrl = "http://127.0.0.1:9",
            ClientId = _owner.PublicId,
        });
        data.Since.ShouldBe(view.SetAt);
        (await _other.EventsAsync()).ShouldBeEmpty();
        (await _owner.GetAsync("twin")).State.ShouldBe(UpstreamKeyStates.Rejected);
        (await ProbesAtOnceAsync(await _owner.BudgetOfAsync("twin"))).ShouldBeFalse();
    }

    [Theory]
    [InlineData(UpstreamKeyStates.Rejected, true)]
    [InlineData(UpstreamKeyStates.Throttled, false)] // Its value is not why it waits.
    public async Task SameValueAgain_StaysAsItIsAndIsProbedAtOnceWhereItIsRefused(string state, bool probes)
    {
        await _owner.SetAsync("main", Key);
        await PauseAsync(state);

        var view = await _owner.SetAsync("main", Key);

        view.State.ShouldBe(state);
        (await ProbesAtOnceAsync(await _owner.BudgetOfAsync("main"))).ShouldBe(probes);
        (await _owner.EventsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(UpstreamKeyStates.Rejected, true, EventTypes.UpstreamKeyRejected)]
    [InlineData(UpstreamKeyStates.Throttled, false, null)]
    public async Task ValueThatIsPausedAlready_OfAnotherClient_IsToldOnlyWhereItIsRefused(string state, bool probes, string? told)
    {
        await _other.SetAsync("main", Key);
        await PauseAsync(state, _other);

        var view = await _owner.SetAsync("main", Key);

        view.State.ShouldBe(state);
        (await ProbesAtOnceAsync(await _owner.BudgetOfAsync("main"))).ShouldBe(probes);
        (await _owner.EventsAsync()).Select(made => made.Type).ShouldBe(told is null ? [] : [told]);
        if (told is not null) (await _owner.EventsAsync()).Single().Data.StatusCode.ShouldBe(401);
    }

    [Fact]
    public async Task Rejected_ReplacedByAnotherRejectedOne_TellsNothing()
    {
        await _other.SetAsync("main", Another);
        await PauseAsync(UpstreamKeyStates.Rejected, _other);
        await _owner.SetAsync("main", Key);
        await PauseAsync(UpstreamKeyStates.Rejected);

        (await _owner.SetAsync("main", Another)).State.ShouldBe(UpstreamKeyStates.Rejected);

        (await _owner.EventsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task ChangedAwayAndBackAgain_DoesNotEscapeThePause()
    {
        await _owner.SetAsync("main", Key);
        await PauseAsync(UpstreamKeyStates.Throttled);

        await _owner.SetAsync("main", Another);
        var view = await _owner.SetAsync("main", Key);

        view.State.ShouldBe(UpstreamKeyStates.Throttled);
        (await ProbesAtOnceAsync(await _owner.BudgetOfAsync("main"))).ShouldBeFalse();
    }

    [Fact]
    public async Task Replaced_WhileAPollerRejectsIt_WaitsAndTellsBothInOrder()
    {
        await _owner.SetAsync("main", Key);
        var budget = await _owner.BudgetOfAsync("main");
        await using var connection = await _bridge.Database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        var since = await RejectAsync(connection, budget);

        var replacing = _owner.SetAsync("main", Another);
        await Wait.UntilAsync(
            async () => await _bridge.Database.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0,
            "the replacement waits for the budget");
        await _bridge.Services.GetRequiredService<KeyEvents>().RaiseAsync(
            connection, budget, EventTypes.UpstreamKeyRejected, since, 401, Cancellation);
        await transaction.CommitAsync(Cancellation);

        (await replacing).State.ShouldBe(UpstreamKeyStates.Active);
        (await _owner.EventsAsync()).Select(made => made.Type).ShouldBe([EventTypes.UpstreamKeyRejected, EventTypes.UpstreamKeyRestored]);
    }

    private static async Task<DateTimeOffset> RejectAsync(NpgsqlConnection connection, int budget)
    {
        const string Sql = """
            update bridge.upstream_budgets
            set state = 'rejected', state_since = now(), status_code = 401, paused_until = now() + interval '10 minutes'
            where id = $1
            returning state_since
            """;
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = budget } } };
        return (DateTime)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    // The key of the owner, or of somebody else, with what the poller would have found out about it.
    private async Task PauseAsync(string state, KeyOwner? owner = null) =>
        await _bridge.Database.PauseAsync(await (owner ?? _owner).BudgetOfAsync("main"), state, 401);

    private Task<bool> ProbesAtOnceAsync(int budget) => _bridge.Database.ScalarAsync<bool>(
        "select paused_until <= now() and probe_until is null from bridge.upstream_budgets where id = $1", budget);
}

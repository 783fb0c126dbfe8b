using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Polling.Budgets;

/// <summary>Pauses as they are stored, for all replicas and over restarts.</summary>
public sealed class BudgetStoreTests(PostgresServer server)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30), Second = TimeSpan.FromSeconds(1);
    private static readonly PauseWish Throttled = new("throttled", 429, false, false, LowersPace: true, Window, (trips, _) => Math.Pow(2, trips) * 10 * Second);
    private static readonly PauseWish Outage = Throttled with { Reason = "server_error", StatusCode = 503, LowersPace = false };
    private static readonly PauseWish Refused = Outage with { Reason = "key_refused", StatusCode = 401, IsRejected = true };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_that_fail_together_make_one_pause_and_a_failed_probe_the_next_longer_one()
    {
        await using var stored = await StoredAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => stored.Store.PauseAsync(stored.Budget, Throttled, Cancellation)));
        (await stored.StateAsync()).ShouldBe("throttled throttled 429 1 0.5");

        var again = await stored.Store.PauseAsync(stored.Budget, Throttled with { IsProbe = true }, Cancellation);
        again.PausedFor.TotalSeconds.ShouldBeInRange(19, 20);
        (await stored.StateAsync()).ShouldBe("throttled throttled 429 2 0.5");
    }

    [Fact]
    public async Task A_shorter_pause_does_not_end_a_longer_one()
    {
        await using var stored = await StoredAsync();
        await stored.Store.PauseAsync(stored.Budget, Outage with { Length = (_, _) => 60 * Second }, Cancellation);

        (await stored.Store.PauseAsync(stored.Budget, Outage with { Length = (_, _) => Second }, Cancellation)).PausedFor.TotalSeconds.ShouldBeInRange(59, 60);
    }

    [Fact]
    public async Task The_pace_is_halved_once_for_each_pause_and_has_grown_in_between()
    {
        await using var stored = await StoredAsync();
        await stored.Store.PauseAsync(stored.Budget, Throttled, Cancellation);
        await stored.Store.ReopenAsync(stored.Budget, Window, Cancellation);
        // Two minutes of ten: a fifth more.
        await stored.Database.ExecuteAsync("update bridge.upstream_budgets set pace_at = pace_at - interval '2 minutes'");

        await stored.Store.PauseAsync(stored.Budget, Throttled, Cancellation);

        (await stored.Database.ReadAsync<double>("select pace from bridge.upstream_budgets")).Single().ShouldBe(0.35, 0.001);
    }

    [Theory]
    [InlineData(600, 0)] // From the least.
    [InlineData(30, 0)]
    [InlineData(3, 27)] // Hardly anything came due: nine tenths of the way up.
    public async Task The_longer_a_pause_was_the_lower_the_rate_begins(int pausedSeconds, int onTheWaySeconds)
    {
        await using var stored = await StoredAsync();
        await stored.Store.PauseAsync(stored.Budget, Outage, Cancellation);
        await stored.Database.ExecuteAsync("update bridge.upstream_budgets set state_since = now() - $1", pausedSeconds * Second);

        await stored.Store.ReopenAsync(stored.Budget, Window, Cancellation);

        (await stored.Database.ReadAsync<TimeSpan>("select now() - reopened_at from bridge.upstream_budgets")).Single().TotalSeconds
            .ShouldBe(onTheWaySeconds, 0.5);
    }

    [Fact]
    public async Task An_outage_does_not_lower_the_pace()
    {
        await using var stored = await StoredAsync();

        await stored.Store.PauseAsync(stored.Budget, Outage, Cancellation);

        (await stored.StateAsync()).ShouldBe("throttled server_error 503 1 1");
    }

    [Fact]
    public async Task A_refused_key_stays_refused_whatever_else_goes_wrong()
    {
        await using var stored = await StoredAsync();

        (await stored.Store.PauseAsync(stored.Budget, Refused, Cancellation)).IsNewlyRejected.ShouldBeTrue();
        (await stored.Store.PauseAsync(stored.Budget, Refused, Cancellation)).IsNewlyRejected.ShouldBeFalse();
        (await stored.Store.PauseAsync(stored.Budget, Outage with { IsProbe = true }, Cancellation)).IsRejected.ShouldBeTrue();

        (await stored.StateAsync()).ShouldBe("rejected server_error 503 2 1");
        (await stored.Store.ReopenAsync(stored.Budget, Window, Cancellation)).ShouldBeTrue();
        (await stored.StateAsync()).ShouldBe("active 0 1");
        (await stored.Store.ReopenAsync(stored.Budget, Window, Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task After_a_pause_one_process_asks_and_the_next_when_it_lets_go_or_dies()
    {
        await using var stored = await StoredAsync();
        await stored.Store.PauseAsync(stored.Budget, Outage, Cancellation);
        (await TryAsync()).ShouldBe(0);
        await stored.Database.ExecuteAsync("update bridge.upstream_budgets set paused_until = now()");

        (await TryAsync()).ShouldBe(1);
        (await TryAsync()).ShouldBe(0);
        await stored.Store.LetGoAsync(stored.Budget);
        (await TryAsync()).ShouldBe(1);
        await stored.Database.ExecuteAsync("update bridge.upstream_budgets set probe_until = now()");
        (await TryAsync()).ShouldBe(1);
        await stored.Store.ReopenAsync(stored.Budget, Window, Cancellation);
        (await TryAsync()).ShouldBe(0);

        async Task<int> TryAsync() => (await Task.WhenAll(Enumerable.Range(0, 6).Select(
            _ => stored.Store.TryProbeAsync(stored.Budget, 30 * Second, Cancellation)))).Count(may => may);
    }

    private async Task<Stored> StoredAsync()
    {
        var database = await PollingDatabase.CreateAsync(server);
        var budget = (await database.ReadAsync<int>(
            "insert into bridge.upstream_budgets (fingerprint) values (sha256('one')) returning id")).Single();
        return new(database, new BudgetStore(database.DataSource, new KeyEvents(new UpstreamOptions())), budget);
    }

    private sealed record Stored(PollingDatabase Database, BudgetStore Store, int Budget) : IAsyncDisposable
    {
        public async Task<string> StateAsync() => (await Database.ReadAsync<string>(
            "select concat_ws(' ', state, reason, status_code, trips, pace) from bridge.upstream_budgets")).Single();

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}

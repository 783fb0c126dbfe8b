using Kyy.Bridge.Keys;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling.Budgets;

/// <summary>How processes share a budget.</summary>
public sealed class LiveBudgetsTests(PostgresServer server)
{
    private static readonly TimeSpan PastTheStart = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_alone_begins_at_once_with_all_of_the_rate()
    {
        await using var polling = await PollerHarness.StartAsync(server);

        polling.Budgets.OpensIn.ShouldBeLessThanOrEqualTo(TimeSpan.Zero);
        BudgetOf(polling.Budgets).Rate.ShouldBe(900, 1e-6);
    }

    [Fact]
    public async Task Another_live_process_halves_it_and_the_newcomer_waits_until_it_was_seen()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var newcomer = polling.NewBudgets();
        newcomer.OpensIn.ShouldBeGreaterThan(TimeSpan.Zero);
        await newcomer.TickAsync(Cancellation);

        await polling.Budgets.TickAsync(Cancellation);

        BudgetOf(polling.Budgets).Rate.ShouldBe(450, 1e-6);
        newcomer.OpensIn.ShouldBeGreaterThan(LiveBudgets.Cadence);
        polling.Clock.Advance(2 * LiveBudgets.Cadence);
        newcomer.OpensIn.ShouldBeLessThanOrEqualTo(TimeSpan.Zero);
        polling.Clock.Advance(PastTheStart);
        BudgetOf(newcomer).Rate.ShouldBe(450, 1e-6);
    }

    [Fact]
    public async Task Who_has_not_been_heard_of_has_no_part()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        await polling.NewBudgets().TickAsync(Cancellation);
        await polling.Database.ExecuteAsync("update bridge.replicas set seen_at = seen_at - $1", BudgetTick.AliveFor);

        await polling.Budgets.TickAsync(Cancellation);

        BudgetOf(polling.Budgets).Rate.ShouldBe(900, 1e-6);
    }

    [Fact]
    public async Task Who_stops_leaves_its_part_to_the_others_at_once()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var other = polling.NewBudgets();
        await other.TickAsync(Cancellation);

        await other.LeaveAsync(Cancellation);
        await polling.Budgets.TickAsync(Cancellation);

        BudgetOf(polling.Budgets).Rate.ShouldBe(900, 1e-6);
    }

    [Fact]
    public async Task A_pause_that_is_stored_is_kept_by_a_process_that_starts_later()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var budget = BudgetOf(polling.Budgets);
        await polling.Store.PauseAsync(
            budget.Id, new("throttled", 429, false, false, true, TimeSpan.FromSeconds(30), (_, _) => TimeSpan.FromSeconds(60)), Cancellation);

        var later = polling.NewBudgets();
        await later.TickAsync(Cancellation);

        BudgetOf(later).IsClosed.ShouldBeTrue();
        polling.Clock.Advance(PastTheStart);
        BudgetOf(later).Rate.ShouldBe(230, 6); // Half of half.
    }

    private static Budget BudgetOf(LiveBudgets budgets) =>
        budgets.TryFind(UpstreamKey.Operator, out _, out var budget) ? budget : throw new InvalidOperationException("There is no budget.");
}

using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Events;

/// <summary>What the feed waits for, and what it does not.</summary>
public sealed class FeedHorizonTests(PostgresServer server) : IAsyncLifetime
{
    // In life it is the next look; a machine that runs tests may be busy.
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);

    private BridgeApplication _bridge = null!;
    private FeedOwner _owner = null!;

    private NpgsqlDataSource Database => _bridge.Database.DataSource;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _owner = await FeedOwner.CreateAsync(_bridge);
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task A_transaction_that_may_still_write_events_holds_back_what_has_a_later_number()
    {
        await using var early = await Database.BeginAsync();
        await early.NumberAsync();
        var later = await _owner.WriteAsync();
        (await _owner.IdsAsync()).ShouldBeEmpty();
        var waiting = (await _owner.PageAsync()).NextCursor;

        var first = await early.WriteAsync(_owner.Id);
        (await _owner.IdsAsync(waiting)).ShouldBeEmpty();
        await early.CommitAsync();

        await ShouldComeAsync([first, later], waiting);
    }

    [Fact]
    public async Task One_that_is_rolled_back_or_has_no_number_yet_holds_nothing_back()
    {
        await using var rolledBack = await Database.BeginAsync();
        await rolledBack.WriteAsync(_owner.Id);
        await using var numberless = await Database.BeginAsync();
        var later = await _owner.WriteAsync();
        (await _owner.IdsAsync()).ShouldBeEmpty();

        await rolledBack.RunAsync("rollback");

        await ShouldComeAsync([later]);
        var last = await numberless.WriteAsync(_owner.Id);
        await numberless.CommitAsync();
        await ShouldComeAsync([later, last]);
    }

    [Fact]
    public async Task A_writing_transaction_left_open_in_another_database_holds_nothing_back()
    {
        await using var elsewhere = await server.CreateDatabaseAsync();
        // With the lock of the same number even: that is another database's.
        await using var left = await elsewhere.DataSource.BeginAsync();
        await left.WriteAsync(_owner.Id);

        await ShouldComeAsync([await _owner.WriteAsync()]);
    }

    [Fact]
    public async Task A_writing_transaction_left_open_that_writes_no_events_holds_nothing_back()
    {
        await using var left = await Database.BeginAsync(announced: false);
        await left.RunAsync("update bridge.clients set name = name");
        // Nor does one that holds some other advisory lock.
        await using var other = await Database.BeginAsync(announced: false);
        await other.RunAsync("select pg_advisory_xact_lock(7), pg_advisory_xact_lock(1803123039, 1717921124)");
        await other.NumberAsync();

        await ShouldComeAsync([await _owner.WriteAsync()]);
    }

    [Fact]
    public async Task A_transaction_of_savepoints_counts_by_the_number_of_the_whole()
    {
        await using var early = await Database.BeginAsync();
        await early.RunAsync("savepoint a");
        await early.WriteAsync(_owner.Id);
        await early.RunAsync("rollback to a");
        await early.RunAsync("savepoint b");
        var later = await _owner.WriteAsync();
        var first = await early.WriteAsync(_owner.Id);
        await early.RunAsync("release b");
        (await _owner.IdsAsync()).ShouldBeEmpty();

        await early.CommitAsync();

        await ShouldComeAsync([first, later]);
    }

    [Fact]
    public void The_lock_s_number_is_the_same_in_both_forms() => EventWriting.LockText.ShouldBe($"{EventWriting.Lock}");

    private async Task ShouldComeAsync(string[] ids, string? after = null)
    {
        var seen = TimeProvider.System.GetTimestamp();
        await Wait.UntilAsync(async () => (await _owner.IdsAsync(after)).Length >= ids.Length, "the events come", Promised * 10);
        TestContext.Current.TestOutputHelper!.WriteLine($"lag {TimeProvider.System.GetElapsedTime(seen).TotalMilliseconds:0} ms");
        (await _owner.IdsAsync(after)).ShouldBe(ids);
    }
}

using System.Net;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Events;
using Kyy.Bridge.Maintenance;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Events;

public sealed class EventsApiTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;
    private FeedOwner _owner = null!, _other = null!;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _owner = await FeedOwner.CreateAsync(_bridge);
        _other = await FeedOwner.CreateAsync(_bridge, "other");
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task A_client_pages_through_its_own_events_and_an_admin_through_all()
    {
        string[] own = [await _owner.WriteAsync(), await _owner.WriteAsync(), await _owner.WriteAsync()];
        var others = await _other.WriteAsync();

        var first = await _owner.PageAsync(limit: 2);
        first.Data.Select(made => made.Id).ShouldBe(own[..2]);
        first.HasMore.ShouldBeTrue();
        first.Data[0].ClientId.ShouldBeNull();
        var second = await _owner.PageAsync(first.NextCursor, 2);
        second.Data.Select(made => made.Id).ShouldBe(own[2..]);
        second.HasMore.ShouldBeFalse();
        var empty = await _owner.PageAsync(second.NextCursor);
        (empty.Data.Count, empty.HasMore, empty.NextCursor).ShouldBe((0, false, second.NextCursor));

        using var all = await _bridge.AsAdmin().GetAsync(FeedOwner.Path);
        all.Read(BridgeJson.Wire.FeedPage).Data.Select(made => (made.Id, made.ClientId))
            .ShouldBe([.. own.Select(id => (id, _owner.PublicId)), (others, _other.PublicId)]);
        using var one = await _bridge.AsAdmin().SendAsync(HttpMethod.Get, FeedOwner.Path, headers: ("Kyy-Client", _other.PublicId));
        one.Read(BridgeJson.Wire.FeedPage).Data.ShouldHaveSingleItem().Id.ShouldBe(others);
    }

    [Fact]
    public async Task Data_is_what_is_stored_byte_for_byte_and_what_was_erased_is_left_out()
    {
        const string data = "{\"id\":\"tsk_1\",\"metadata\":{ \"a\" :\r\n 1.0,\"b\":\"\\u00e9 & <é>\"}}";
        await _owner.WriteAsync(data);
        await _owner.WriteAsync();
        await _bridge.Database.ExecuteAsync("update bridge.events set payload = '' where payload = $1", FeedWriter.Payload());

        using var answer = await _owner.Caller.GetAsync(FeedOwner.Path);
        var made = answer.Read(BridgeJson.Wire.FeedPage).Data.ShouldHaveSingleItem();

        answer.Body.ShouldStartWith($$"""{"data":[{"id":"{{made.Id}}","type":"upstream_key.restored","timestamp":"{{FeedWriter.At}}","data":{{data}}}],"next_cursor":""");
        made.ToWebhookBody().ShouldBe(FeedWriter.Payload(data));
    }

    [Fact]
    public async Task Latest_starts_at_the_end()
    {
        await _owner.WriteAsync();
        var end = await _owner.PageAsync(BridgeClient.LatestEvents);
        (end.Data.Count, end.HasMore).ShouldBe((0, false));

        var later = await _owner.WriteAsync();

        (await _owner.IdsAsync(end.NextCursor)).ShouldBe([later]);
    }

    [Fact]
    public async Task A_cursor_follows_everybodys_events_and_does_not_grow_old_while_its_client_has_none()
    {
        var quiet = await _owner.PageAsync();
        await _other.WriteAsync();
        var moved = await _owner.PageAsync(quiet.NextCursor);
        moved.NextCursor.ShouldNotBe(quiet.NextCursor);

        await PruneAsync();

        (await _owner.PageAsync(moved.NextCursor)).Data.ShouldBeEmpty();
        await ShouldBeExpiredAsync(quiet.NextCursor);
    }

    [Fact]
    public async Task A_cursor_from_before_what_was_removed_is_expired_and_the_answer_says_where_the_feed_begins()
    {
        await _owner.WriteAsync();
        var old = (await _owner.PageAsync()).NextCursor;
        await _owner.WriteAsync();
        await PruneAsync();
        var kept = await _owner.WriteAsync();

        var earliest = await ShouldBeExpiredAsync(old);

        (await _owner.IdsAsync(earliest)).ShouldBe([kept]);
        (await _owner.IdsAsync()).ShouldBe([kept]);
    }

    [Fact]
    public async Task A_cursor_of_another_server_or_timeline_is_expired()
    {
        var kept = await _owner.WriteAsync();
        var cursor = FeedCursor.Parse((await _owner.PageAsync()).NextCursor)!.Value;

        var earliest = await ShouldBeExpiredAsync((cursor with { Identity = FeedIdentity.Of("another", "00000001") }).ToString());

        (await _owner.IdsAsync(earliest)).ShouldBe([kept]);
    }

    [Theory]
    [InlineData("?after=x", "after", "cursor")]
    [InlineData("?limit=0", "limit", "1")]
    [InlineData("?limit=501", "limit", "500")]
    [InlineData("?cursor=x", "cursor", "not known")]
    public async Task What_is_not_understood_is_refused(string query, string field, string message)
    {
        using var answer = await _owner.Caller.GetAsync(FeedOwner.Path + query);

        answer.ShouldBeProblem(HttpStatusCode.BadRequest, "validation").Errors![field].ShouldContain(fault => fault.Contains(message));
    }

    [Fact]
    public async Task After_a_restore_into_another_server_the_old_events_are_put_in_order_below_everything_new()
    {
        string[] old = [await _owner.WriteAsync(), await _owner.WriteAsync(), await _owner.WriteAsync()];
        // Numbers of a server that had given out more, in an order that is not that of the times.
        await _bridge.Database.ExecuteAsync(
            "update bridge.events set xid = (9000000000 - extract(epoch from created_at)::bigint % 1000)::text::xid8");
        await _bridge.Database.ExecuteAsync("update bridge.feed_state set identity = '1', removed_xid = '8999999999', removed_id = bridge.new_id()");

        var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _owner.PageAsync()));
        var later = await _owner.WriteAsync();

        pages.ShouldAllBe(page => page.Data.Select(made => made.Id).SequenceEqual(old));
        (await _owner.IdsAsync()).ShouldBe([.. old, later]);
        (await _owner.IdsAsync(pages[0].NextCursor)).ShouldBe([later]);
        (await _bridge.Database.ScalarAsync<bool>("select identity = (select system_identifier::text from pg_control_system()) from bridge.feed_state"))
            .ShouldBeTrue();
    }

    [Fact]
    public async Task More_events_than_a_new_server_has_given_out_numbers_share_them_in_order()
    {
        await _bridge.Database.ExecuteAsync(
            """
            insert into bridge.events (id, client_id, type, created_at, payload, xid)
            select gen_random_uuid(), $1, 'task.failed', now() - make_interval(secs => n), $2, '9000000000' from generate_series(1, 9000) n
            """,
            _owner.Id, FeedWriter.Payload());
        await _bridge.Database.ExecuteAsync("update bridge.feed_state set identity = null");

        await _owner.PageAsync();

        var (most, numbers, ordered) = (
            await _bridge.Database.ScalarAsync<bool>("select max(xid::text::bigint) < pg_current_xact_id()::text::bigint from bridge.events"),
            await _bridge.Database.ScalarAsync<long>("select count(distinct xid::text) from bridge.events"),
            await _bridge.Database.ScalarAsync<bool>(
                "select bool_and(ok) from (select xid >= lag(xid) over (order by created_at, id) as ok from bridge.events) e"));
        most.ShouldBeTrue();
        numbers.ShouldBeGreaterThan(100);
        ordered.ShouldBeTrue();
    }

    private async Task<string> ShouldBeExpiredAsync(string cursor)
    {
        using var answer = await _owner.Caller.GetAsync($"{FeedOwner.Path}?after={cursor}");
        using var stream = await _owner.Caller.GetAsync($"{FeedOwner.Path}/stream?after={cursor}");
        stream.ShouldBeProblem(HttpStatusCode.Gone, "cursor-expired");
        return answer.ShouldBeProblem(HttpStatusCode.Gone, "cursor-expired").EarliestCursor.ShouldNotBeNull();
    }

    private async Task PruneAsync()
    {
        await _bridge.Database.ExecuteAsync("update bridge.events set created_at = created_at - interval '31 days'");
        var run = await new Pruner(_bridge.Database.DataSource, new RetentionSettings()).RunOnceAsync(TestContext.Current.CancellationToken);
        run.Done.ShouldBeGreaterThan(0);
    }
}

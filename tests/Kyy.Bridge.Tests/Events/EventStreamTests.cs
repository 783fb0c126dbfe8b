using System.Net;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Events;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Events;

public sealed class EventStreamTests(PostgresServer server) : IAsyncLifetime
{
    // More than any test leaves behind that have not been seen to be closed yet.
    private const int Streams = 8;

    private BridgeApplication _bridge = null!;
    private FeedOwner _owner = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server, null, ("Bridge:Limits:Streams", $"{Streams}"));
        _owner = await FeedOwner.CreateAsync(_bridge);
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task A_stream_begins_now_and_tells_each_event_as_the_list_does()
    {
        await _owner.WriteAsync();
        await using var stream = await OpenStream.OpenAsync(_owner);
        (stream.Status, stream.ContentType).ShouldBe((HttpStatusCode.OK, "text/event-stream"));
        stream.Headers.GetValues("X-Accel-Buffering").ShouldBe(["no"]);
        var start = await stream.BlockAsync();
        start[0].ShouldBe("retry: 2000");
        start[1].ShouldStartWith("id: ");

        var id = await _owner.WriteAsync("""{"name":"é & <x>"}""");
        var told = await stream.BlockAsync();

        var page = await _owner.PageAsync(start[1][4..]);
        told.ShouldBe(
            [told[0], $"event: {EventTypes.UpstreamKeyRestored}", $"data: {JsonSerializer.Serialize(page.Data.ShouldHaveSingleItem(), BridgeJson.Wire.FeedEvent)}"]);
        page.Data[0].Id.ShouldBe(id);
        (await _owner.IdsAsync(told[0][4..])).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stream_resumes_after_its_last_id_without_gap_or_repetition()
    {
        await using (var broken = await OpenStream.OpenAsync(_owner)) (await broken.BlockAsync()).Length.ShouldBe(2);
        var start = (await _owner.PageAsync()).NextCursor;
        string[] ids = [.. await WriteManyAsync(120)];
        var seen = new List<string>();

        while (seen.Count < ids.Length)
        {
            // A connection that breaks after some events, in the middle of a page or of what came since.
            await foreach (var came in _owner.Client.StreamEventsAsync(start, Cancellation))
            {
                start = came.Cursor;
                if (came.Event is not { } made) continue;
                seen.Add(made.Id);
                if (seen.Count % 47 == 0 || seen.Count == ids.Length) break;
            }
        }

        seen.ShouldBe(ids);
    }

    [Fact]
    public async Task A_reader_that_stops_reading_gets_everything_once_it_reads_again()
    {
        await using var slow = await OpenStream.OpenAsync(_owner);
        await slow.BlockAsync();
        var large = $$"""{"name":"{{new string('x', 15_000)}}"}""";
        var ids = new List<string>();
        // More than the connection and the stream's place at the tail hold together.
        for (var i = 0; i < FeedListener.Most * 10; i++) ids.Add(await _owner.WriteAsync(large));

        var seen = new List<string>();
        while (seen.Count < ids.Count)
        {
            var data = (await slow.BlockAsync()).FirstOrDefault(line => line.StartsWith("data: ", StringComparison.Ordinal));
            if (data is not null) seen.Add(JsonSerializer.Deserialize(data[6..], BridgeJson.Wire.FeedEvent)!.Id);
        }

        seen.ShouldBe(ids);
    }

    [Fact]
    public async Task Metadata_with_line_breaks_arrives_byte_for_byte()
    {
        const string data = "{\"metadata\":{\r\n  \"a\": 1,\r  \"b\": 2\n}}";
        var came = _owner.Client.StreamEventsAsync((await _owner.PageAsync()).NextCursor, Cancellation).GetAsyncEnumerator(Cancellation);
        await _owner.WriteAsync("{}");
        await _owner.WriteAsync(data);

        while (await came.MoveNextAsync() && came.Current.Event?.Data != RawJson.Parse(data)) { }

        came.Current.Event!.ToWebhookBody().ShouldBe(FeedWriter.Payload(data));
        await came.DisposeAsync();
    }

    [Fact]
    public async Task A_silent_stream_has_heartbeats_that_move_its_readers_on()
    {
        var other = await FeedOwner.CreateAsync(_bridge, "other");
        await using var stream = await OpenStream.OpenAsync(_owner);
        var start = await stream.BlockAsync();
        await other.WriteAsync();
        await Wait.UntilAsync(async () => (await other.IdsAsync()).Length == 1, "the other's event is there");

        string[] heartbeat;
        do
        {
            _bridge.Clock.Advance(StreamWriting.HeartbeatEvery);
            heartbeat = await stream.BlockAsync();
            heartbeat[0].ShouldStartWith(": ");
        }
        while (heartbeat[1] == start[1]);

        (await _owner.PageAsync(heartbeat[1][4..])).NextCursor.ShouldBe(heartbeat[1][4..]);
    }

    [Fact]
    public async Task Revoking_the_key_ends_the_stream()
    {
        await using var stream = await OpenStream.OpenAsync(_owner);
        await stream.BlockAsync();
        var admin = _bridge.ClientOf(BridgeApplication.AdminKey);
        await foreach (var key in admin.ListKeysAsync(_owner.PublicId, Cancellation)) await admin.DeleteKeyAsync(key.Id, Cancellation);

        var revoked = TimeProvider.System.GetTimestamp();
        await stream.EndsAsync();

        TimeProvider.System.GetElapsedTime(revoked).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Stopping_the_service_ends_its_streams_at_once()
    {
        await using var stream = await OpenStream.OpenAsync(_owner);
        await stream.BlockAsync();

        var stopping = _bridge.StopAsync();
        await stream.EndsAsync();

        await stopping.WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, Cancellation);
    }

    [Fact]
    public async Task A_client_holds_so_many_streams_open_and_has_its_place_again_when_one_ends()
    {
        var open = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => OpenStream.OpenAsync(_owner)));
        open.ShouldAllBe(stream => stream.Status == HttpStatusCode.OK);
        using (var further = await _owner.Caller.GetAsync($"{FeedOwner.Path}/stream"))
            further.ShouldBeProblem(HttpStatusCode.TooManyRequests, "quota");
        await using var others = await OpenStream.OpenAsync(await FeedOwner.CreateAsync(_bridge, "other"));
        others.Status.ShouldBe(HttpStatusCode.OK);

        await open[0].DisposeAsync();

        await Wait.UntilAsync(
            async () =>
            {
                await using var again = await OpenStream.OpenAsync(_owner);
                return again.Status == HttpStatusCode.OK;
            },
            "the place is free");
        foreach (var stream in open) await stream.DisposeAsync();
    }

    [Theory]
    [InlineData("Last-Event-ID")]
    [InlineData("after")]
    public async Task A_cursor_that_is_none_is_refused_before_the_stream_begins(string name)
    {
        using var answer = name == "after"
            ? await _owner.Caller.GetAsync($"{FeedOwner.Path}/stream?after=nonsense")
            : await _owner.Caller.SendAsync(HttpMethod.Get, $"{FeedOwner.Path}/stream?after=latest", headers: (name, "nonsense"));

        answer.ShouldBeInvalid(name, "cursor");
    }

    private async Task<List<string>> WriteManyAsync(int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++) ids.Add(await _owner.WriteAsync());
        return ids;
    }
}

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

// The event feed.
public sealed partial class BridgeClient
{
    /// <summary>The place at the feed's end: what <c>after</c> may be instead of a cursor.</summary>
    public const string LatestEvents = "latest";

    /// <summary>
    /// Reads a page of the event feed, oldest first. Whoever goes on with <see cref="FeedPage.NextCursor"/> misses no event and sees none
    /// twice. A cursor that is too old is a 410, with <see cref="Problem.EarliestCursor"/>.
    /// </summary>
    /// <param name="after">A cursor, <see cref="LatestEvents"/>, or null for the earliest that is kept.</param>
    /// <param name="limit">1 to 500; null for the service's default of 50.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<FeedPage> ListEventsAsync(string? after = null, int? limit = null, CancellationToken cancellationToken = default) =>
        _bridge.GetAsync(
            Addresses.WithQuery(Addresses.Events, ("after", after), ("limit", limit?.ToString(CultureInfo.InvariantCulture))),
            BridgeJson.Wire.FeedPage,
            cancellationToken);

    /// <summary>
    /// Follows the event feed as it happens, until the service or the connection ends the stream: begin again with the last
    /// <see cref="StreamedEvent.Cursor"/> then. Now and then one comes without an event, with a cursor to go on from.
    /// </summary>
    /// <param name="after">A cursor; null for now.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async IAsyncEnumerable<StreamedEvent> StreamEventsAsync(
        string? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var response = await _bridge.OpenAsync(Addresses.EventStream, after, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var before = after;
        await foreach (var block in ServerSentEvents.ReadAsync(stream, cancellationToken))
        {
            if (block.Id is not { } cursor) continue;
            var made = block.Data is null ? null : Read(block.Data);
            if (block.Lines > 1) made = await ExactAsync(made!, before, cancellationToken);
            before = cursor;
            yield return new(cursor, made);
        }
    }

    // Line breaks between the members of metadata: a stream does not tell which kind they were, a page does.
    private async Task<FeedEvent> ExactAsync(FeedEvent streamed, string? before, CancellationToken stop)
    {
        var page = await ListEventsAsync(before, 1, stop);
        return page.Data.FirstOrDefault(made => made.Id == streamed.Id) ?? streamed;
    }

    private static FeedEvent Read(string data) =>
        JsonSerializer.Deserialize(data, BridgeJson.Wire.FeedEvent) ?? throw new JsonException("An event is never null.");
}

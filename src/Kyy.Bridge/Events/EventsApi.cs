using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Keys.UpstreamKeys;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Events;

/// <summary>The routes of the event feed. A client reads its own events, an admin those of one client or of all.</summary>
internal static class EventsApi
{
    public const string LastEventId = "Last-Event-ID";

    private const string After = "after", Latest = "latest", NotACursor = "is not a cursor of this feed";

    private const int LongestCursor = 100;

    private static readonly TimeSpan PlaceWait = TimeSpan.FromSeconds(5);

    private static readonly QueryParameter
        AfterCursor = new(After, "The next_cursor of the page before, or latest for the end; without it the earliest that is kept."),
        StreamCursor = new(After, "Where to begin: a cursor, or latest, which is the default. Last-Event-ID goes before it.");

    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        var events = api.MapGroup("/events").WithTags("Events");
        events.MapGet("/", List).TakesQuery(
                AfterCursor, new("limit", QueryParameter.Page[0].Description, JsonSchemaType.Integer))
            .Refuses(ProblemKind.CursorExpired)
            .WithName("ListEvents").WithSummary("The event feed, oldest first: whoever pages on misses no event and sees none twice.");
        events.MapGet("/stream", Stream).TakesQuery(StreamCursor)
            .Produces<FeedEvent>(StatusCodes.Status200OK, EventStream.MediaType)
            .AddOpenApiOperationTransformer(DescribeHeader)
            .Refuses(ProblemKind.CursorExpired)
            .WithName("StreamEvents").WithSummary("The event feed as server-sent events, resuming from Last-Event-ID.");
    }

    private static async Task<Results<Ok<FeedPage>, ProblemResult>> List(
        QueryReader query, KeysInView whose, Caller caller, EventFeed feed, CancellationToken cancellation)
    {
        var text = query.Text(After, LongestCursor);
        var limit = query.Integer("limit", 1, PageRequest.MaxLimit) ?? PageRequest.DefaultLimit;
        var after = FeedCursor.Parse(text);
        if (text is not null and not Latest && after is null) query.Fault(After, NotACursor);
        if (query.Refusal() is { } refusal) return refusal;

        var answer = text == Latest
            ? await feed.EndAsync(cancellation)
            : await feed.PageAsync(whose.ClientId, after, limit, cancellation);
        if (answer is FeedAnswer.Page page) return TypedResults.Ok(FeedViews.Of(page, caller));
        return Refusal(answer);
    }

    private static async Task<Results<EventStreamResult, ProblemResult>> Stream(
        QueryReader query, KeysInView whose, Caller caller, EventFeed feed, StreamPlaces places, HttpContext context,
        CancellationToken cancellation)
    {
        var (start, refusal) = Start(query, context.Request);
        if (refusal is not null) return refusal;
        if (!places.TryTake(caller.Owner, out var place)) return Problems.Quota("As many streams are open as one client may have.", PlaceWait);

        context.Response.RegisterForDispose(place);
        if (start is null)
        {
            if (await feed.EndAsync(cancellation) is not FeedAnswer.Page end) return Refusal(new FeedAnswer.NotYet());
            start = end.Next;
        }

        var answer = await feed.PageAsync(whose.ClientId, start, StreamWriting.PageSize, cancellation);
        if (answer is FeedAnswer.Page first) return new EventStreamResult(caller, whose.ClientId, start.Value, first);
        return Refusal(answer);
    }

    private static Task DescribeHeader(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            In = ParameterLocation.Header,
            Name = LastEventId,
            Description = "The id of the last event that was read: the stream goes on after it.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
        return Task.CompletedTask;
    }

    // Browsers send the header when they connect again, to the same address: it knows better than the query.
    private static (FeedCursor? Start, ProblemResult? Refusal) Start(QueryReader query, HttpRequest request)
    {
        var text = query.Text(After, LongestCursor);
        var (name, header) = (After, request.Headers[LastEventId]);
        if (header.Count > 0 && header.ToString() is { Length: > 0 } last) (name, text) = (LastEventId, last);
        var cursor = FeedCursor.Parse(text);
        if (text is not null and not Latest && cursor is null) query.Fault(name, NotACursor);
        return (cursor, query.Refusal());
    }

    private static ProblemResult Refusal(FeedAnswer answer) => answer is FeedAnswer.Expired expired
        ? Problems.CursorExpired(expired.Earliest.ToString())
        : Problems.Unavailable("After a restore the events are being put in order.");
}

using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Serilog.Events;

namespace Kyy.Bridge.Telemetry;

/// <summary>
/// The line that every request leaves: what was asked, what was answered, how long it took, and the ids to search by. The trace is the
/// event's own. The query is left out, since callers may put anything there, a key included.
/// </summary>
internal static class RequestLine
{
    /// <summary>That of Serilog's middleware, which writes the line where there is one: a level set for it holds with either set of packages.</summary>
    public const string Category = "Serilog.AspNetCore.RequestLoggingMiddleware";

    public const string Template = "{RequestMethod:l} {RequestPath:l} answered {StatusCode} in {Elapsed} ms";

    public const int EventId = 2003;

    private const string ClientId = nameof(ClientId), KeyId = nameof(KeyId);

    /// <summary>The properties that say whose request it was.</summary>
    public static readonly IReadOnlyList<string> Sender = [ClientId, KeyId];

    // In the form in which Microsoft.Extensions.Logging's events carry theirs.
    private static readonly LogEventProperty Event = new(
        nameof(EventId), new StructureValue([Property("Id", EventId), Property("Name", nameof(RequestLine))]));

    /// <summary>Routine is for whoever looks for it; a database that is out of reach is no defect.</summary>
    public static LogEventLevel LevelOf(HttpContext context, Exception? fault) => context.Response.StatusCode switch
    {
        _ when fault is not null => LogEventLevel.Error,
        _ when context.GetEndpoint()?.Metadata.GetMetadata<RoutineRequests>() is not null => LogEventLevel.Debug,
        StatusCodes.Status503ServiceUnavailable => LogEventLevel.Warning,
        >= 500 => LogEventLevel.Error,
        _ => LogEventLevel.Information,
    };

    /// <summary>All that the line says; what a request has not is left out.</summary>
    public static IEnumerable<LogEventProperty> Properties(HttpContext context, double milliseconds, int status)
    {
        var (request, response, caller) = (context.Request, context.Response, context.Features.Get<Caller>());
        yield return Event;
        yield return Property("RequestMethod", request.Method);
        // As it was sent, escaped: a line break in a path does not begin a new line.
        yield return Property("RequestPath", request.Path.ToString());
        yield return Property("StatusCode", status);
        yield return Property("Elapsed", Math.Round(milliseconds, 1));
        if ((IdIn(request.Path.Value) ?? IdIn(response.Headers.Location)) is { } id) yield return Property("RouteId", id);
        if (caller is not null) yield return Property(KeyId, TypeId.Format(TypeId.Key, caller.KeyId));
        if (caller is not null && ClientOf(caller, request) is { } client) yield return Property(ClientId, client);
        if (response.Headers.ContainsKey(Answer.Replayed)) yield return Property("IdempotentReplay", true);
    }

    private static LogEventProperty Property(string name, object value) => new(name, new ScalarValue(value));

    // Not by the route's values: they are gone once an exception has become an answer.
    private static string? IdIn(string? path) =>
        path?.Split('/').FirstOrDefault(part => TypeId.TryParse(TypeId.Task, part, out _)
            || TypeId.TryParse(TypeId.Client, part, out _) || TypeId.TryParse(TypeId.Key, part, out _));

    // The one that an admin acts for says more about a request than that an admin sent it, which the key tells.
    private static string? ClientOf(Caller caller, HttpRequest request) =>
        caller.ClientId is { } own ? TypeId.Format(TypeId.Client, own)
        : request.Headers[OnBehalfOf.Header] is [var named] && TypeId.TryParse(TypeId.Client, named, out _) ? named
        : null;
}

using System.Globalization;
using System.Text.Json.Nodes;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>
/// Describes what an operation refuses, and with which problems. What every operation of a kind refuses for is known here; what one
/// refuses for besides says its route, see <see cref="RouteDescription"/>.
/// </summary>
internal static class OpenApiRefusals
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    public static void Add(OpenApiOperation operation, OpenApiRoute route, OpenApiDocument? document)
    {
        var kinds = Common(operation, route).Concat(route.OwnProblems).Distinct().ToLookup(kind => kind.Status);
        foreach (var status in kinds.Select(kind => kind.Key).Union(route.OwnRefusals))
        {
            var key = status.ToString(CultureInfo.InvariantCulture);
            operation.Responses!.Remove(key);
            operation.Responses.Add(key, Refusal(status, [.. kinds[status]], document));
        }
    }

    private static IEnumerable<ProblemKind> Common(OpenApiOperation operation, OpenApiRoute route)
    {
        yield return ProblemKind.Validation;
        yield return ProblemKind.Internal;
        yield return ProblemKind.Unavailable;
        if (!route.IsOfApi) yield break;

        yield return ProblemKind.Unauthorized;
        yield return ProblemKind.Quota;
        if (route.IsForAdmins) yield return ProblemKind.Forbidden;
        // What PUT names comes to be by it.
        if (route.HasId && !route.IsPut) yield return ProblemKind.NotFound;
        if (route.IsPost && !route.IsIdempotentByNature) yield return ProblemKind.IdempotencyInProgress;
        // Without a body and a client to act for, requests with one key are all the same.
        if (route.IsPost && (operation.RequestBody is not null || route.Takes<OnBehalfOf>())) yield return ProblemKind.IdempotencyKeyReused;
        if (operation.RequestBody is null) yield break;

        yield return ProblemKind.MalformedBody;
        yield return ProblemKind.PayloadTooLarge;
        yield return ProblemKind.UnsupportedMediaType;
    }

    private static OpenApiResponse Refusal(int status, IReadOnlyList<ProblemKind> kinds, OpenApiDocument? document)
    {
        var phrase = ReasonPhrases.GetReasonPhrase(status);
        var response = new OpenApiResponse
        {
            Description = kinds.Count == 0 ? phrase : $"{phrase}: {string.Join(", ", kinds.Select(kind => $"`{kind.Type}`"))}",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Problem.MediaType] = new()
                {
                    Schema = new OpenApiSchemaReference(nameof(Problem), document),
                    Examples = kinds.ToDictionary(NameOf, IOpenApiExample (kind) => new OpenApiExample { Summary = kind.Title, Value = Example(kind) }),
                },
            },
        };
        AddHeaders(response, status);
        return response;
    }

    private static void AddHeaders(OpenApiResponse response, int status)
    {
        if (status is 401) OpenApiOperations.Add(response, "WWW-Authenticate", "`Bearer`.", isRequired: true);
        if (status is 429 or 503) AddRetryAfter(response, isRequired: true);
        // Only where waiting helps: not where a task has ended.
        if (status is 409) AddRetryAfter(response, isRequired: false);
        if (status is not 429) return;
        OpenApiOperations.Add(response, "X-RateLimit-Limit", "The limit that was reached.", isRequired: false, JsonSchemaType.Integer);
        OpenApiOperations.Add(response, "X-RateLimit-Remaining", "What is left of it.", isRequired: false, JsonSchemaType.Integer);
        OpenApiOperations.Add(response, "X-RateLimit-Reset", "In how many seconds there is more.", isRequired: false, JsonSchemaType.Integer);
    }

    private static void AddRetryAfter(OpenApiResponse response, bool isRequired) =>
        OpenApiOperations.Add(response, "Retry-After", "In how many seconds to try again.", isRequired, JsonSchemaType.Integer);

    private static string NameOf(ProblemKind kind) => kind.Type[(kind.Type.LastIndexOf('/') + 1)..];

    private static JsonObject Example(ProblemKind kind)
    {
        var problem = new JsonObject { ["type"] = kind.Type, ["title"] = kind.Title, ["status"] = kind.Status };
        if (kind == ProblemKind.Validation) problem["errors"] = new JsonObject { ["no_such_member"] = new JsonArray("is not known here") };
        problem["trace_id"] = TraceId;
        return problem;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Keys.UpstreamKeys;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>Describes an operation: its parameters and headers, who may call it, what it refuses.</summary>
internal static class OpenApiOperations
{
    public static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var route = new OpenApiRoute(context.Description, operation);
        operation.Parameters ??= [];
        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>()) OpenApiIds.Describe(parameter, route.Path);
        foreach (var parameter in route.Of<QueryMetadata>().SelectMany(query => query.Parameters))
            operation.Parameters.Add(Describe(parameter));
        foreach (var header in Headers(route)) operation.Parameters.Add(header);
        if (operation.Parameters.Count == 0) operation.Parameters = null;

        if (route.IsOfApi) operation.Security = [new() { [new OpenApiSecuritySchemeReference(OpenApiDescription.Bearer, context.Document)] = [] }];
        operation.Description ??= Describe(route);
        DescribeSuccesses(operation, route);
        OpenApiRefusals.Add(operation, route, context.Document);
        return Task.CompletedTask;
    }

    private static IEnumerable<OpenApiParameter> Headers(OpenApiRoute route)
    {
        if (route.IsPost)
        {
            yield return Header(
                IdempotentRequest.Header, "1 to 255 visible ASCII characters. A repetition within 24 hours has no further effect.", "order-4711");
        }

        if (route.Takes<OnBehalfOf>() || route.Takes<KeysInView>())
            yield return Header(OnBehalfOf.Header, "From an admin only: the client to act for, `cli_…`.", null);
    }

    private static string Describe(OpenApiRoute route)
    {
        var sentences = new List<string> { route.Summary };
        sentences.Add(route switch
        {
            { IsOfApi: false } => "For everybody, without a key.",
            { IsForAdmins: true } => "For admins.",
            _ when route.Takes<OnBehalfOf>() => "For clients, and for admins who name the client.",
            _ => "For clients, who see their own, and for admins, who see everybody's.",
        });
        if (route.Body is { } body) sentences.Add(string.Create(CultureInfo.InvariantCulture, $"The body has at most {body.MaxBytes >> 10:N0} KiB."));
        if (route.IsPost && route.IsIdempotentByNature) sentences.Add("A repetition has no further effect, and is answered anew.");
        return string.Join(' ', sentences);
    }

    private static void DescribeSuccesses(OpenApiOperation operation, OpenApiRoute route)
    {
        operation.Responses ??= [];
        foreach (var (status, response) in operation.Responses.Where(response => response.Key.StartsWith('2')))
        {
            if (response is not OpenApiResponse answer) continue;
            if (status is "201" && route.SaysLocation) Add(answer, "Location", "The path of what was made.", isRequired: true);
            if (route.IsPost && !route.IsIdempotentByNature)
                Add(answer, Answer.Replayed, "`true` where this is the first answer to the Idempotency-Key, given again.", isRequired: false);
        }
    }

    internal static void Add(OpenApiResponse response, string name, string description, bool isRequired, JsonSchemaType type = JsonSchemaType.String)
    {
        response.Headers ??= new Dictionary<string, IOpenApiHeader>();
        response.Headers[name] = new OpenApiHeader { Description = description, Required = isRequired, Schema = new OpenApiSchema { Type = type } };
    }

    private static OpenApiParameter Describe(QueryParameter parameter) => new()
    {
        In = ParameterLocation.Query,
        Name = parameter.Name,
        Description = parameter.Description,
        Schema = new OpenApiSchema
        {
            Type = parameter.Type,
            Format = parameter.Format,
            Enum = parameter.Choices is null ? null : [.. parameter.Choices.Select(choice => (JsonNode)JsonValue.Create(choice))],
        },
    };

    private static OpenApiParameter Header(string name, string description, string? example) => new()
    {
        In = ParameterLocation.Header,
        Name = name,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = example is null ? null : JsonValue.Create(example),
    };
}

using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Keys.UpstreamKeys;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>The OpenAPI document, made of the routes themselves. What all of them have in common is added here, once.</summary>
internal static class OpenApiDescription
{
    private const string Document = "v1", Bearer = "bearer";

    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services.AddOpenApi(Document, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer(DescribeDocumentAsync);
        options.AddOperationTransformer(DescribeOperation);
        options.AddSchemaTransformer(DescribeConverted);
    });

    /// <summary>Offers the document at <c>/openapi/v1.json</c>.</summary>
    public static void MapApiDescription(this IEndpointRouteBuilder app) => app.MapOpenApi($"/openapi/{Document}.json");

    /// <summary>Offers it for people at <c>/swagger</c>.</summary>
    public static void UseApiPage(this IApplicationBuilder app) => app.UseSwaggerUI(page =>
    {
        page.DocumentTitle = "Kyy.Bridge";
        // Relative, so that it holds under a path base, too.
        page.SwaggerEndpoint($"../openapi/{Document}.json", "Kyy.Bridge");
    });

    private static async Task DescribeDocumentAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new()
        {
            Title = "Kyy.Bridge",
            Version = Document,
            Description = "Polls video tasks until they have ended, and calls back. Members, event types and statuses may be added.",
        };
        // Whoever reads it knows the address already, and the one that a proxy passes on is not theirs.
        document.Servers = [];
        document.AddComponent(nameof(Problem), await context.GetOrCreateSchemaAsync(typeof(Problem), cancellationToken: cancellation));
        document.AddComponent<IOpenApiSecurityScheme>(
            Bearer, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer, Description = "An API key, kyb_…" });
    }

    private static Task DescribeOperation(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var route = context.Description;
        operation.Parameters ??= [];
        foreach (var parameter in route.ActionDescriptor.EndpointMetadata.OfType<QueryMetadata>().SelectMany(query => query.Parameters))
            operation.Parameters.Add(Describe(parameter));

        var path = $"/{route.RelativePath}";
        if (path.StartsWith("/v1", StringComparison.Ordinal))
        {
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
            if (route.HttpMethod == HttpMethods.Post)
                operation.Parameters.Add(Header(IdempotentRequest.Header, "A repetition within 24 hours has no further effect."));
            var metadata = route.ActionDescriptor.EndpointMetadata;
            if (Takes<OnBehalfOf>(metadata) || Takes<KeysInView>(metadata))
                operation.Parameters.Add(Header(OnBehalfOf.Header, "From an admin only: the client to act for, cli_…"));
        }

        operation.Responses ??= [];
        foreach (var status in CommonRefusals(path, route.HttpMethod, operation).Union(OwnRefusals(operation)).Order())
        {
            operation.Responses.Remove(Key(status));
            operation.Responses.Add(Key(status), Refusal(status, context.Document));
        }

        return Task.CompletedTask;
    }

    // What a converter of ours writes is not to be seen from the type.
    private static Task DescribeConverted(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        var written = Nullable.GetUnderlyingType(type) ?? type;
        var mayBeNull = written == type ? default : JsonSchemaType.Null;
        if (written == typeof(DateTimeOffset)) (schema.Type, schema.Format) = (JsonSchemaType.String | mayBeNull, "date-time");
        if (written == typeof(RawJson)) schema.Type = JsonSchemaType.Object | mayBeNull;
        return Task.CompletedTask;
    }

    private static bool Takes<TArgument>(IList<object> metadata) => metadata.OfType<MethodInfo>()
        .SelectMany(handler => handler.GetParameters()).Any(parameter => parameter.ParameterType == typeof(TArgument));

    private static string Key(int status) => status.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<int> CommonRefusals(string path, string? method, OpenApiOperation operation)
    {
        yield return 400;
        yield return 500;
        yield return 503;
        if (!path.StartsWith("/v1", StringComparison.Ordinal)) yield break;

        yield return 401;
        yield return 429;
        if (path.StartsWith("/v1/admin", StringComparison.Ordinal)) yield return 403;
        if (path.Contains('{', StringComparison.Ordinal)) yield return 404;
        if (method == HttpMethods.Post)
        {
            yield return 409;
            yield return 422;
        }

        if (operation.RequestBody is null) yield break;
        yield return 413;
        yield return 415;
    }

    private static int[] OwnRefusals(OpenApiOperation operation) =>
        [.. operation.Responses!.Keys.Select(key => int.Parse(key, CultureInfo.InvariantCulture)).Where(status => status >= 400)];

    private static OpenApiResponse Refusal(int status, OpenApiDocument? document) => new()
    {
        Description = ReasonPhrases.GetReasonPhrase(status),
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [Problem.MediaType] = new() { Schema = new OpenApiSchemaReference(nameof(Problem), document) },
        },
    };

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

    private static OpenApiParameter Header(string name, string description) => new()
    {
        In = ParameterLocation.Header,
        Name = name,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}

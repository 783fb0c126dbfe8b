using Kyy.Bridge.Client.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>
/// The OpenAPI document, made of the routes and of the contracts' own comments. What all of them have in common is added here, once.
/// </summary>
internal static class OpenApiDescription
{
    public const string Bearer = "bearer";

    private const string Document = "v1", AnyHost = "/";

    private const string About =
        """
        Register the video tasks of an upstream that can only be asked; the bridge asks, and calls back when they have ended.
        Members, event types and statuses may be added within `/v1`: pass over what you do not know, and decide on `ended`.
        Every refusal is a problem document of RFC 9457: decide on its `type`.
        """;

    public static IServiceCollection AddApiDescription(this IServiceCollection services, HttpSettings settings) =>
        services.AddOpenApi(Document, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddSchemaTransformer(OpenApiSchemas.DescribeConverted);
            options.AddOperationTransformer(OpenApiOperations.Describe);
            options.AddDocumentTransformer((document, context, cancellation) => DescribeAsync(document, settings, context, cancellation));
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

    private static async Task DescribeAsync(
        OpenApiDocument document, HttpSettings settings, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new()
        {
            Title = "Kyy.Bridge",
            Version = Document,
            Description = About.ReplaceLineEndings(" "),
            Contact = new() { Name = "The operator of this service" },
            License = new() { Name = "MIT", Identifier = "MIT" },
        };
        // Of the address only the path is said: the host that a proxy passes on is not the caller's, who knows it already.
        document.Servers = [new() { Url = settings.PathBase is "" ? AnyHost : settings.PathBase, Description = "The host that offers this document." }];
        document.AddComponent(nameof(Problem), await context.GetOrCreateSchemaAsync(typeof(Problem), cancellationToken: cancellation));
        document.AddComponent<IOpenApiSecurityScheme>(
            Bearer, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer, Description = "An API key, kyb_…" });
        await OpenApiWebhooks.AddAsync(document, context, cancellation);
        OpenApiSchemas.Finish(document);
        OpenApiExamples.Add(document);
        OpenApiTags.Add(document);
        OpenApiOrder.Settle(document);
    }
}

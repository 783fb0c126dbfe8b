using System.Reflection;
using System.Text.Json.Nodes;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>The webhooks of the OpenAPI document: one for each type of event, with its headers and what a receiver may answer.</summary>
internal static class OpenApiWebhooks
{
    /// <summary>What events are about, by the first word of their types. A test insists on an entry for each type.</summary>
    private static readonly (string Prefix, Type Data)[] Contents =
    [
        ("task.", typeof(TaskEventData)),
        ("endpoint.", typeof(EndpointEventData)),
        ("upstream_key.", typeof(UpstreamKeyEventData)),
    ];

    /// <summary>All types of events.</summary>
    public static IReadOnlyList<string> Types { get; } =
        [.. typeof(EventTypes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];

    /// <summary>What an event of a type is about; null where that is not described.</summary>
    public static Type? ContentOf(string type) =>
        Contents.FirstOrDefault(content => type.StartsWith(content.Prefix, StringComparison.Ordinal)).Data;

    public static async Task AddAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Webhooks = new Dictionary<string, IOpenApiPathItem>();
        foreach (var type in Types)
        {
            if (ContentOf(type) is not { } content) continue;
            if (!document.Components!.Schemas!.ContainsKey(content.Name))
                document.AddComponent(content.Name, await DescribeAsync(content, document, context, cancellation));
            document.Webhooks.Add(type, new OpenApiPathItem
            {
                Operations = new() { [HttpMethod.Post] = Operation(type, new OpenApiSchemaReference(content.Name, document)) },
            });
        }
    }

    // An event's members are those of the object that it tells of, comments and all; only that is described where routes answer with it.
    private static async Task<OpenApiSchema> DescribeAsync(
        Type content, OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(content, cancellationToken: cancellation);
        if (content != typeof(TaskEventData) || !document.Components!.Schemas!.TryGetValue(nameof(BridgeTask), out var task) || task.Properties is not { } told)
            return schema;
        foreach (var name in schema.Properties!.Keys.Where(told.ContainsKey).ToArray()) schema.Properties[name] = told[name];
        return schema;
    }

    private static OpenApiOperation Operation(string type, OpenApiSchemaReference data) => new()
    {
        OperationId = $"{type.Replace('.', '_')}_webhook",
        Summary = $"Tells that `{type}` happened.",
        Description = "A POST that follows Standard Webhooks 1.0.0: verify it by the bytes of its body, and answer soon with any 2xx.",
        Parameters =
        [
            Header(WebhookSignature.IdHeader, "The event's id, the same in every attempt and to every destination.", "evt_01j9zvc5w0e6b8h2k4m6p8r0t2"),
            Header(WebhookSignature.TimestampHeader, "When this attempt was made, in unix seconds.", "1763629811"),
            Header(
                WebhookSignature.SignatureHeader,
                "`v1,` and the HMAC-SHA256 in base64 over `id.timestamp.body`; several, with spaces between, while a rotated secret is still valid.",
                "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
            Header("user-agent", "`Kyy-Bridge/` and a version.", "Kyy-Bridge/0.1.0"),
            Header("traceparent", "The trace that the attempt is part of.", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            Header("kyy-video-url", "`expired` where the link in the body has died meanwhile.", "expired", isRequired: false),
        ],
        RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = Envelope(type, data) } },
        },
        Responses = new()
        {
            ["2XX"] = new OpenApiResponse { Description = "Taken. There is no further attempt." },
            ["410"] = new OpenApiResponse { Description = "Never again: the delivery is dead at once, and the endpoint or the callback is disabled." },
            ["default"] = new OpenApiResponse { Description = "Not taken: it is sent again later. A redirect is not followed; Retry-After lengthens the wait." },
        },
    };

    private static OpenApiSchema Envelope(string type, OpenApiSchemaReference data) => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "type", "timestamp", "data" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create(type)], Description = "What happened." },
            ["timestamp"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time", Description = "When it happened." },
            ["data"] = data,
        },
    };

    private static OpenApiParameter Header(string name, string description, string example, bool isRequired = true) => new()
    {
        In = ParameterLocation.Header,
        Name = name,
        Description = description,
        Required = isRequired,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = JsonValue.Create(example),
    };
}

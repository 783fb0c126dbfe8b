using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>
/// Adds an example to every body, every answer and every webhook, from <c>OpenApiExamples.json</c>: by the name of the contract, or of
/// the event's type. A test insists on one for each, and that it keeps to its schema.
/// </summary>
internal static class OpenApiExamples
{
    private const string PagePrefix = "PageOf";

    private static readonly Lazy<JsonObject> Table = new(Read);

    public static void Add(OpenApiDocument document)
    {
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations!.Values))
        {
            var contents = (operation.Responses ?? []).Values.Select(response => response.Content).Append(operation.RequestBody?.Content);
            foreach (var media in contents.SelectMany(content => content?.Values ?? Enumerable.Empty<OpenApiMediaType>()))
            {
                if (media is { Examples: null, Schema: OpenApiSchemaReference { Reference.Id: { } name } }) media.Example = Of(name);
            }
        }

        foreach (var (type, webhook) in document.Webhooks ?? new Dictionary<string, IOpenApiPathItem>())
        {
            foreach (var media in webhook.Operations!.Values.SelectMany(operation => operation.RequestBody!.Content!.Values))
                media.Example = Event(type);
        }
    }

    /// <summary>The example of a schema; a page of something holds one example of it.</summary>
    private static JsonNode? Of(string schema) =>
        schema.StartsWith(PagePrefix, StringComparison.Ordinal) && Table.Value[schema[PagePrefix.Length..]] is { } item
            ? new JsonObject { ["data"] = new JsonArray(item.DeepClone()), ["next_cursor"] = null }
            : Table.Value[schema]?.DeepClone();

    private static JsonObject? Event(string type) => Table.Value[type] is { } data
        ? new() { ["type"] = type, ["timestamp"] = "2026-11-20T09:10:11.123Z", ["data"] = data.DeepClone() }
        : null;

    private static JsonObject Read()
    {
        using var file = typeof(OpenApiExamples).Assembly.GetManifestResourceStream("OpenApiExamples.json")!;
        return JsonNode.Parse(file)!.AsObject();
    }
}

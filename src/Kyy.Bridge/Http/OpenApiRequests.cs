using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>Finds the schemas of requests: those of bodies, and what they hold.</summary>
internal static class OpenApiRequests
{
    public static IEnumerable<OpenApiSchema> In(OpenApiDocument document)
    {
        var found = new Dictionary<string, OpenApiSchema>();
        foreach (var body in document.Paths.Values.SelectMany(path => path.Operations!.Values).Select(operation => operation.RequestBody))
        {
            foreach (var media in body?.Content?.Values ?? Enumerable.Empty<OpenApiMediaType>()) Follow(media.Schema);
        }

        return found.Values;

        void Follow(IOpenApiSchema? schema)
        {
            if (schema is OpenApiSchemaReference { Reference.Id: { } id })
            {
                // Any object may stand there, with any members.
                if (document.Components!.Schemas![id] is not OpenApiSchema { Properties.Count: > 0 } named || !found.TryAdd(id, named)) return;
                schema = named;
            }

            if (schema is null) return;
            Follow(schema.Items);
            foreach (var part in (schema.Properties?.Values ?? []).Concat(schema.OneOf ?? [])) Follow(part);
        }
    }
}

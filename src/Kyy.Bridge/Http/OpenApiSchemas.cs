using Kyy.Bridge.Client.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>What cannot be seen from the types alone: what converters write, which words a member may be, and names as on the wire.</summary>
internal static class OpenApiSchemas
{
    // What a converter of ours writes is not to be seen from the type.
    public static Task DescribeConverted(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        var written = Nullable.GetUnderlyingType(type) ?? type;
        var mayBeNull = written == type ? default : JsonSchemaType.Null;
        if (written == typeof(DateTimeOffset)) (schema.Type, schema.Format) = (JsonSchemaType.String | mayBeNull, "date-time");
        // What stands in it is asked about too, as if it were that of which the nullable one is.
        if (written == typeof(RawJson) && schema is not AnyValue)
            (schema.Type, schema.AdditionalProperties) = (JsonSchemaType.Object | mayBeNull, new AnyValue());
        return Task.CompletedTask;
    }

    /// <summary>Once all schemas are there: says the words, and refuses in requests what the service refuses.</summary>
    public static void Finish(OpenApiDocument document)
    {
        foreach (var (name, component) in document.Components!.Schemas!)
        {
            if (component is not OpenApiSchema schema) continue;
            schema.Description = OpenApiWords.OnTheWire(schema.Description);
            foreach (var (member, value) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>()) Describe($"{name}.{member}", value);
        }

        foreach (var request in OpenApiRequests.In(document)) Close(request);
    }

    private static void Describe(string member, IOpenApiSchema schema)
    {
        var said = schema.Description;
        schema.Description = OpenApiWords.OnTheWire(said, OpenApiWords.OwnOf(member));
        foreach (var choice in schema.OneOf ?? []) choice.Description = OpenApiWords.OnTheWire(choice.Description);
        if (schema is not OpenApiSchema own || OpenApiWords.Of(member, said) is not { } words) return;

        var target = own.Items as OpenApiSchema ?? own;
        if (words.IsClosed) target.Enum = [.. words.Known, .. MayBeNull(target) ? new[] { JsonNullSentinel.JsonNull } : []];
        else target.Examples = [.. words.Known];
    }

    // A member that is not known is refused, and so is a word that is not.
    private static void Close(OpenApiSchema request)
    {
        request.AdditionalPropertiesAllowed = false;
        foreach (var member in (request.Properties ?? new Dictionary<string, IOpenApiSchema>()).Values.OfType<OpenApiSchema>())
        {
            var target = member.Items as OpenApiSchema ?? member;
            if (target.Examples is not { Count: > 0 } words) continue;
            target.Enum = [.. words, .. MayBeNull(target) ? new[] { JsonNullSentinel.JsonNull } : []];
            target.Examples = null;
        }
    }

    private static bool MayBeNull(OpenApiSchema schema) => schema.Type?.HasFlag(JsonSchemaType.Null) is true;

    private sealed class AnyValue : OpenApiSchema;
}

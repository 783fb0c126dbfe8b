using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>Puts the OpenAPI document into an order that does not depend on where routes are mapped, so that two versions compare.</summary>
internal static class OpenApiOrder
{
    public static void Settle(OpenApiDocument document)
    {
        var paths = document.Paths.OrderBy(path => path.Key, StringComparer.Ordinal).ToArray();
        document.Paths.Clear();
        foreach (var (path, item) in paths)
        {
            document.Paths.Add(path, item);
            foreach (var operation in item.Operations!.Values) Settle(operation);
        }
    }

    private static void Settle(OpenApiOperation operation)
    {
        var responses = operation.Responses!.OrderBy(response => response.Key, StringComparer.Ordinal).ToArray();
        operation.Responses!.Clear();
        foreach (var (status, response) in responses) operation.Responses.Add(status, response);
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>The OpenAPI document as the service offers it.</summary>
internal sealed class ApiDocument
{
    private ApiDocument(string text)
    {
        Text = text;
        Root = JsonElement.Parse(text);
        Schemas = new(Root);
        Operations =
        [
            .. from path in Root.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               select new ApiOperation(operation.Name.ToUpperInvariant(), path.Name, operation.Value),
        ];
    }

    public string Text { get; }

    public JsonElement Root { get; }

    public SchemaCheck Schemas { get; }

    public IReadOnlyList<ApiOperation> Operations { get; }

    public static async Task<ApiDocument> ReadAsync(BridgeApplication bridge)
    {
        using var answer = await bridge.As(null).GetAsync("/openapi/v1.json");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        return new(answer.Body);
    }
}

/// <summary>One operation of the document.</summary>
/// <param name="Method">Its method, in capitals.</param>
/// <param name="Path">Its path, with the names of parameters in braces.</param>
/// <param name="Json">What is said of it.</param>
internal sealed record ApiOperation(string Method, string Path, JsonElement Json)
{
    private const string ProblemType = "application/problem+json";

    /// <summary>How scenarios and messages name it: <c>GET /v1/tasks/{id}</c>.</summary>
    public string Name => $"{Method} {Path}";

    public bool IsOfApi => Path.StartsWith("/v1/", StringComparison.Ordinal);

    public bool IsForAdmins => Path.StartsWith("/v1/admin", StringComparison.Ordinal);

    /// <summary>The word before the id in the path, such as <c>tasks</c>; null where there is none.</summary>
    public string? IdKind => Path.Split('/').TakeWhile(segment => !segment.StartsWith('{')).Last() is var kind && Path.Contains('{') ? kind : null;

    public IReadOnlyList<JsonElement> Parameters => Json.TryGetProperty("parameters", out var all) ? [.. all.EnumerateArray()] : [];

    public IReadOnlyList<int> Statuses => [.. Json.GetProperty("responses").EnumerateObject().Select(response => int.Parse(response.Name))];

    /// <summary>The one status of success; a scenario that only says "it works" means it.</summary>
    public int Success => Statuses.Single(status => status < 300);

    /// <summary>The JSON of the body's example; null without a body.</summary>
    public string? BodyExample => Json.TryGetProperty("requestBody", out var body)
        && body.GetProperty("content").GetProperty("application/json").TryGetProperty("example", out var example)
            ? example.GetRawText()
            : null;

    public bool HasBody => Json.TryGetProperty("requestBody", out _);

    public bool NeedsBody => HasBody && Json.GetProperty("requestBody").TryGetProperty("required", out var required) && required.GetBoolean();

    /// <summary>Whether an admin has to name a client.</summary>
    public bool TakesClient => Parameters.Any(parameter => parameter.GetProperty("name").ValueEquals("Kyy-Client"));

    public JsonElement ResponseOf(int status) => Json.GetProperty("responses").GetProperty(status.ToString());

    /// <summary>The problems that a refusal can be, without <c>/problems/</c>; the examples name them.</summary>
    public IReadOnlyList<string> ProblemsOf(int status) =>
        ResponseOf(status).TryGetProperty("content", out var content)
        && content.TryGetProperty(ProblemType, out var problem) && problem.TryGetProperty("examples", out var examples)
            ? [.. examples.EnumerateObject().Select(example => example.Name)]
            : [];

    /// <summary>Sends the example of its body, or another.</summary>
    public Task<TestAnswer> SendAsync(TestCaller by, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        var sent = body ?? BodyExample;
        return by.SendAsync(new HttpMethod(Method), path, sent is null ? null : Encoding.UTF8.GetBytes(sent), headers: headers);
    }

    /// <summary>The path with these in the place of its parameters.</summary>
    public string At(string id)
    {
        var start = Path.IndexOf('{');
        return start < 0 ? Path : $"{Path[..start]}{id}{Path[(Path.IndexOf('}') + 1)..]}";
    }
}

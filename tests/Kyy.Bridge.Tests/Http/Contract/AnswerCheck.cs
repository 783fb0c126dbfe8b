using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>Holds an answer against what the document says of its operation and status.</summary>
internal sealed class AnswerCheck(ApiDocument document)
{
    private const string Json = "application/json";

    /// <summary>What is wrong with an answer; empty where it is as documented.</summary>
    public IReadOnlyList<string> FaultsOf(ApiOperation operation, int status, TestAnswer answer)
    {
        if ((int)answer.Status != status) return [$"was {(int)answer.Status}, not {status}: {Start(answer.Body)}"];
        if (!operation.Statuses.Contains(status)) return [$"is {status}, which the document does not have"];

        var response = operation.ResponseOf(status);
        return [.. HeaderFaults(response, answer), .. BodyFaults(response, answer), .. status >= 400 ? ProblemFaults(operation, status, answer) : []];
    }

    private static IEnumerable<string> HeaderFaults(JsonElement response, TestAnswer answer)
    {
        if (!response.TryGetProperty("headers", out var headers)) yield break;
        foreach (var header in headers.EnumerateObject())
        {
            var isRequired = header.Value.TryGetProperty("required", out var required) && required.GetBoolean();
            var value = answer.Header(header.Name);
            if (value is null && isRequired) yield return $"lacks the header {header.Name}";
            if (value is not null && header.Value.GetProperty("schema").GetProperty("type").ValueEquals("integer") && !long.TryParse(value, out _))
                yield return $"has a header {header.Name} that is no number: {value}";
        }
    }

    private IEnumerable<string> BodyFaults(JsonElement response, TestAnswer answer)
    {
        if (!response.TryGetProperty("content", out var content)) return answer.Body.Length == 0 ? [] : [$"has a body where none is documented: {Start(answer.Body)}"];

        var type = answer.Header("Content-Type")?.Split(';')[0];
        if (type is null || !content.TryGetProperty(type, out var media)) return [$"comes as {type}, which the document does not have"];
        if (type is not (Json or Problem.MediaType)) return [];
        try
        {
            using var body = JsonDocument.Parse(answer.Body, new() { AllowDuplicateProperties = false });
            return document.Schemas.FaultsOf(body.RootElement, media.GetProperty("schema"), isAnswer: true);
        }
        catch (JsonException broken)
        {
            return [$"is not JSON: {broken.Message}"];
        }
    }

    private static IEnumerable<string> ProblemFaults(ApiOperation operation, int status, TestAnswer answer)
    {
        var problem = answer.Read(BridgeJson.Wire.Problem);
        if (problem.Status != status) yield return $"says status {problem.Status}";
        if (problem.TraceId is null) yield return "has no trace_id";
        if (answer.Body.Contains("   at ", StringComparison.Ordinal) || answer.Body.Contains("Exception", StringComparison.Ordinal))
            yield return "tells of the code";
        if (!operation.ProblemsOf(status).Any(kind => problem.Type == $"/problems/{kind}"))
            yield return $"is {problem.Type}, and the document has {string.Join(", ", operation.ProblemsOf(status))}: Refuses(ProblemKind…) on the route names it";
    }

    private static string Start(string text) => text.Length <= 400 ? text : text[..400];
}

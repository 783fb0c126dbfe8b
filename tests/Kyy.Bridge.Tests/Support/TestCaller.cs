using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Support;

/// <summary>Calls the API by hand, byte for byte, where the typed client would not send what a test wants to.</summary>
internal sealed class TestCaller(HttpClient http)
{
    public Task<TestAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<TestAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<TestAnswer> PostAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body), headers: headers);

    public Task<TestAnswer> PostTextAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(body), headers: headers);

    public async Task<TestAnswer> SendAsync(
        HttpMethod method,
        string path,
        byte[]? body = null,
        string contentType = "application/json",
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new(answer, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

/// <summary>A whole answer.</summary>
internal sealed class TestAnswer(HttpResponseMessage response, string body) : IDisposable
{
    public HttpStatusCode Status => response.StatusCode;

    public string Body => body;

    public string? Header(string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    public T Read<T>(JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(body, type) ?? throw new InvalidOperationException($"The answer is not what was expected: {body}");

    /// <summary>The problem, after a look that it is one as promised: media type, status, trace, and nothing internal.</summary>
    public Problem ShouldBeProblem(HttpStatusCode status, string type)
    {
        Status.ShouldBe(status, body);
        Header("Content-Type").ShouldBe(Problem.MediaType);
        var problem = Read(BridgeJson.Wire.Problem);
        problem.Type.ShouldBe($"/problems/{type}");
        problem.Status.ShouldBe((int)status);
        problem.Title.ShouldNotBeEmpty();
        problem.TraceId.ShouldNotBeNullOrEmpty();
        body.ShouldNotContain("   at ");
        body.ShouldNotContain("Exception");
        if (problem.Status is 429 or 503) Header("Retry-After").ShouldNotBeNull();
        return problem;
    }

    public Problem ShouldBeInvalid(string field, string message)
    {
        var problem = ShouldBeProblem(HttpStatusCode.BadRequest, "validation");
        string.Join(" | ", problem.Errors.ShouldNotBeNull()[field]).ShouldContain(message);
        return problem;
    }

    public void Dispose() => response.Dispose();
}

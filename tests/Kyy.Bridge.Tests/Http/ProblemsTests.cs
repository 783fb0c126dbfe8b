using System.Net;
using System.Net.Sockets;
using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Kyy.Bridge.Tests.Http;

public sealed class ProblemsTests(PostgresServer server) : IAsyncLifetime
{
    private const string Clients = "/v1/admin/clients";
    private const string Inner = "the reason that only the log is told";

    private BridgeApplication _bridge = null!;
    private TestCaller _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server, api =>
        {
            api.MapPost("/admin/broken", object () => throw new InvalidOperationException(Inner));
            api.MapPost("/admin/batch", (JsonBody _) => Microsoft.AspNetCore.Http.TypedResults.Ok(new ClientRegistration("large")))
                .TakesJson<ClientRegistration>(maxBytes: JsonBody.MaxBatchBytes);
        });
        _admin = _bridge.AsAdmin();
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Theory]
    [InlineData("/")]
    [InlineData("/nothing")]
    [InlineData("/v1/nothing")]
    [InlineData("/v1/admin/clients/x/y/z")]
    [InlineData("/openapi/v2.json")]
    public async Task UnknownRoute_IsNotFound(string path)
    {
        using var answer = await _admin.GetAsync(path);
        answer.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task WrongMethod_IsNotAllowedAndSaysWhatIs()
    {
        using var answer = await _admin.DeleteAsync(Clients);
        answer.ShouldBeProblem(HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        answer.Header("Allow").ShouldBe("GET, POST");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"name\":\"a\"}}")]
    [InlineData("{\"name\":\"a\",}")]
    [InlineData("// no\n{}")]
    [InlineData("nonsense")]
    [InlineData("{\"name\":\"a\nb\"}")]
    public async Task BodyNotJson_SaysWhere(string body)
    {
        using var answer = await _admin.PostTextAsync(Clients, body);
        answer.ShouldBeProblem(HttpStatusCode.BadRequest, "malformed-body").Detail.ShouldNotBeNull().ShouldContain("line");
    }

    [Fact]
    public async Task BodyDeeperThanAllowed_IsMalformed()
    {
        using var answer = await _admin.PostTextAsync(Clients, new string('[', 100_000) + new string(']', 100_000));
        answer.ShouldBeProblem(HttpStatusCode.BadRequest, "malformed-body");
    }

    [Fact]
    public async Task BodyNotUtf8_IsMalformed()
    {
        using var answer = await _admin.SendAsync(HttpMethod.Post, Clients, [.. "{\"name\":\""u8, 0xff, .. "\"}"u8]);
        answer.ShouldBeProblem(HttpStatusCode.BadRequest, "malformed-body").Detail.ShouldBe("It is not UTF-8.");
    }

    [Fact]
    public async Task BodyMissing_IsMalformed()
    {
        using var answer = await _admin.SendAsync(HttpMethod.Post, Clients);
        answer.ShouldBeProblem(HttpStatusCode.BadRequest, "malformed-body").Detail.ShouldNotBeNull().ShouldContain("required");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("nonsense")]
    public async Task BodyOfAnotherType_IsUnsupported(string contentType)
    {
        using var answer = await _admin.SendAsync(HttpMethod.Post, Clients, "{\"name\":\"a\"}"u8.ToArray(), contentType);
        answer.ShouldBeProblem(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
    }

    [Theory]
    [InlineData(Clients, JsonBody.MaxBytes)]
    [InlineData("/v1/admin/batch", JsonBody.MaxBatchBytes)]
    public async Task BodyTooLarge_IsRefusedEvenToACallerWhoSendsAllOfItFirst(string path, int limit)
    {
        var (status, body) = await SendAllThenReadAsync(path, limit + 1);
        status.ShouldBe("HTTP/1.1 413 Payload Too Large");
        body.ShouldContain("\"/problems/payload-too-large\"");
    }

    [Fact]
    public async Task BodyOfTheLargestSize_IsRead()
    {
        using var answer = await _admin.SendAsync(HttpMethod.Post, "/v1/admin/batch", Body(JsonBody.MaxBatchBytes));
        answer.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task UnknownMember_IsNamedWithWhatWasMeant()
    {
        using var answer = await _admin.PostAsync(Clients, new { name = "a", may_use_operater_key = false });
        answer.ShouldBeInvalid("may_use_operater_key", "did you mean may_use_operator_key?");
    }

    [Fact]
    public async Task MemberTwice_IsNamed()
    {
        using var answer = await _admin.PostTextAsync(Clients, """{"name":"a","name":"b"}""");
        answer.ShouldBeInvalid("name", "must not be given twice");
    }

    [Theory]
    [InlineData("?limt=5", "limt", "did you mean limit?")]
    [InlineData("?limit=5&limit=6", "limit", "must not be given twice")]
    [InlineData("?limit=0", "limit", "must be a whole number from 1 to 500")]
    [InlineData("?limit=501", "limit", "must be a whole number from 1 to 500")]
    [InlineData("?limit=1.5", "limit", "must be a whole number from 1 to 500")]
    [InlineData("?limit=", "limit", "must be a whole number from 1 to 500")]
    [InlineData("?cursor=nonsense", "cursor", "is not a cursor of this list")]
    [InlineData("?limit=99999999999999999999", "limit", "must be a whole number from 1 to 500")]
    public async Task Query_Wrong_NamesTheParameter(string query, string parameter, string message)
    {
        using var answer = await _admin.GetAsync(Clients + query);
        answer.ShouldBeInvalid(parameter, message);
    }

    [Fact]
    public async Task Query_OnARouteWithout_IsRefused()
    {
        using var answer = await _admin.PostAsync($"{Clients}?dry_run=true", new { name = "a" });
        answer.ShouldBeInvalid("dry_run", "is not known here");
    }

    [Fact]
    public async Task Exception_TellsNothing()
    {
        using var answer = await _admin.SendAsync(HttpMethod.Post, "/v1/admin/broken");
        answer.ShouldBeProblem(HttpStatusCode.InternalServerError, "internal");
        answer.Body.ShouldNotContain(Inner);
    }

    [Fact]
    public async Task BadInputs_NeverFailTheService()
    {
        string[] bodies =
        [
            "null", "[]", "1", "\"a\"", "{}", "\ufeff{}", " ",
            """{"name":null}""", """{"name":[]}""", """{"name":"\ud800"}""", """{"name":"\u0000"}""", """{"name":1e999}""",
            """{"\ud800":1}""", """{"n\ud800":1,"name":"a"}""", """{"expires_at":"x"}""",
            """{"name":"a","expires_at":"9999-12-31T23:59:59.9999999Z"}""",
            """{"overlap_seconds":1e2}""", """{"overlap_seconds":-1}""", """{"overlap_seconds":99999999999}""",
        ];
        string[] paths = [Clients, $"{Clients}/cli_x/keys", $"{Clients}/%ff/keys", "/v1/admin/keys", "/v1/signing-secret/rotate"];
        foreach (var path in paths)
        {
            foreach (var body in bodies)
            {
                using var answer = await _admin.PostTextAsync(path, body);
                ((int)answer.Status).ShouldBeLessThan(500, $"{path} {body}");
                if ((int)answer.Status >= 400) answer.Header("Content-Type").ShouldBe(Problem.MediaType);
            }
        }
    }

    // As callers do that write before they read: the answer must reach them, not a reset connection.
    private async Task<(string Status, string Body)> SendAllThenReadAsync(string path, int length)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_bridge.Address.Host, _bridge.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: bridge\r\nAuthorization: Bearer {BridgeApplication.AdminKey}\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        await stream.WriteAsync(Body(length), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var status = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        return (status!, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static byte[] Body(int length) => Encoding.ASCII.GetBytes("{\"name\":\"" + new string('a', length - 11) + "\"}");
}

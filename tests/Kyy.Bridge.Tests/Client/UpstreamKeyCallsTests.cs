using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Client;

public sealed class UpstreamKeyCallsTests
{
    private const string View =
        """
        {"name":"second","base_url":"https://a.example/api","last_four":"6789","state":"rejected","state_since":"2026-11-20T09:00:00.000Z",
         "reason":"key_refused","status_code":401,"max_requests_per_second":5,"created_at":"2026-11-19T09:00:00.000Z",
         "set_at":"2026-11-20T08:00:00.000Z","later":1}
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UpstreamKeys_SetReadListedDeleted()
    {
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(201, View), new Answer(200, View), new Answer(200, View),
            new Answer(200, $$"""{"data":[{{View}}],"next_cursor":null}"""), new Answer(204));
        var client = bridge.Client();

        var made = await client.SetUpstreamKeyAsync("second", new("sk-1"), Stop);
        await client.SetUpstreamKeyAsync("second", new("sk-2", "https://a.example/api", 5), Stop);
        var read = await client.GetUpstreamKeyAsync("second", Stop);
        var listed = await client.ListUpstreamKeysAsync(Stop).ToListAsync(Stop);
        await client.DeleteUpstreamKeyAsync("second", Stop);

        bridge.Requests.Select(request => $"{request.Line} {request.Body}").ShouldBe([
            """PUT /v1/upstream-keys/second {"key":"sk-1"}""",
            """PUT /v1/upstream-keys/second {"key":"sk-2","base_url":"https://a.example/api","max_requests_per_second":5}""",
            "GET /v1/upstream-keys/second ",
            "GET /v1/upstream-keys ",
            "DELETE /v1/upstream-keys/second ",
        ]);
        bridge.Requests[0].Headers["Content-Type"].ShouldBe("application/json");
        made.ShouldBe(new UpstreamKeyView
        {
            Name = "second",
            BaseUrl = "https://a.example/api",
            LastFour = "6789",
            State = UpstreamKeyStates.Rejected,
            StateSince = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero),
            Reason = "key_refused",
            StatusCode = 401,
            MaxRequestsPerSecond = 5,
            CreatedAt = new DateTimeOffset(2026, 11, 19, 9, 0, 0, TimeSpan.Zero),
            SetAt = new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero),
        });
        read.ShouldBe(made);
        listed.ShouldBe([made]);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Tests.Upstream;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>One attempt over real sockets: what is sent, and what is made of whatever comes back.</summary>
public sealed class WebhookSenderTests(PostgresServer server)
{
    private static readonly byte[] Payload = """{"type":"task.completed"}"""u8.ToArray();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_webhook_carries_the_headers_of_Standard_Webhooks_its_trace_and_nothing_else()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await using var receiver = Answering("HTTP/1.1 204 No Content\n\n");
        var delivery = await NewAsync(bridge, receiver);

        var attempt = await SendAsync(bridge, delivery);

        attempt.Result.ShouldBe(new AttemptResult.Accepted(204));
        var head = receiver.Requests.Single().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        head[0].ShouldBe("POST /base HTTP/1.1");
        var headers = head[1..].Select(line => line.Split(": ", 2))
            .ToDictionary(header => header[0].ToLowerInvariant(), header => header[1]);
        headers.Keys.ShouldBe(
            ["host", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature", "traceparent", "content-type", "content-length"],
            ignoreOrder: true);
        headers["user-agent"].ShouldStartWith("Kyy-Bridge/");
        headers["content-type"].ShouldBe("application/json");
        headers["webhook-id"].ShouldBe(TypeId.Format(TypeId.Event, delivery.EventId));
        headers["webhook-timestamp"].ShouldBe($"{attempt.StartedAt.ToUnixTimeSeconds()}");
        headers["webhook-signature"].ShouldStartWith("v1,");
    }

    [Fact]
    public async Task An_attempt_after_the_link_has_died_says_so()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await using var receiver = Answering("HTTP/1.1 204 No Content\n\n");
        var now = bridge.Services.GetRequiredService<DatabaseClock>().Now;

        await SendAsync(bridge, await NewAsync(bridge, receiver) with { LinkExpiresAt = now });
        await SendAsync(bridge, await NewAsync(bridge, receiver) with { LinkExpiresAt = now + TimeSpan.FromHours(1) });

        receiver.Requests.Select(head => head.Contains("kyy-video-url: expired\r\n", StringComparison.Ordinal)).ShouldBe([true, false]);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await using var elsewhere = Answering("HTTP/1.1 204 No Content\n\n");
        await using var receiver = Answering($"HTTP/1.1 307 Temporary Redirect\nLocation: {elsewhere.BaseUrl}\nContent-Length: 0\n\n");

        var attempt = await SendAsync(bridge, await NewAsync(bridge, receiver));

        attempt.Result.ShouldBe(new AttemptResult.Rejected(307, null));
        elsewhere.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Of_an_answer_of_any_length_the_first_2_KiB_are_kept_as_the_bytes_that_came()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        byte[] answer = [0, 0xff, 0xfe, .. Encoding.UTF8.GetBytes(new string('x', 200_000))];
        await using var receiver = Answering($"HTTP/1.1 200 OK\nContent-Length: {answer.Length}\n\n", answer);
        await using var brief = Answering("HTTP/1.1 500 Oops\nContent-Length: 4\n\n", [1, 0, 2, 0]);

        (await SendAsync(bridge, await NewAsync(bridge, receiver))).ResponseBody.ShouldBe(answer[..2048]);
        var failed = await SendAsync(bridge, await NewAsync(bridge, brief));
        failed.Result.ShouldBe(new AttemptResult.Rejected(500, null));
        failed.ResponseBody.ShouldBe([1, 0, 2, 0]);
    }

    [Theory]
    [InlineData("Retry-After: 120\n", 120)]
    [InlineData("Retry-After: soon\n", null)]
    [InlineData("", null)]
    public async Task A_receiver_may_ask_to_be_left_alone(string header, int? seconds)
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await using var receiver = Answering($"HTTP/1.1 503 Busy\n{header}Content-Length: 0\n\n");

        var attempt = await SendAsync(bridge, await NewAsync(bridge, receiver));

        attempt.Result.ShouldBe(new AttemptResult.Rejected(503, seconds is { } asked ? TimeSpan.FromSeconds(asked) : null));
    }

    [Fact]
    public async Task A_date_to_come_back_at_counts_from_the_database_s_now()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var at = bridge.Services.GetRequiredService<DatabaseClock>().Now + TimeSpan.FromMinutes(10);
        await using var receiver = Answering($"HTTP/1.1 429 Slow\nRetry-After: {at:R}\nContent-Length: 0\n\n");

        var attempt = await SendAsync(bridge, await NewAsync(bridge, receiver));

        attempt.Result.ShouldBeOfType<AttemptResult.Rejected>().RetryAfter!.Value.TotalSeconds.ShouldBeInRange(580, 600);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_says_so_with_410()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await using var receiver = Answering("HTTP/1.1 410 Gone\nContent-Length: 0\n\n");

        (await SendAsync(bridge, await NewAsync(bridge, receiver))).Result.ShouldBeOfType<AttemptResult.Gone>();
    }

    [Theory]
    [InlineData("")] // Not even a head.
    [InlineData("HTTP/1.1 200 OK\n")] // Half of one.
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 500\n\n")] // All of one, and then a byte at a time.
    public async Task Whoever_dawdles_anywhere_in_the_exchange_runs_into_the_time_out(string begun)
    {
        await using var bridge = await BridgeApplication.StartAsync(server, null, ("Bridge:Delivery:Timeout", "400ms"));
        await using var receiver = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(begun.ReplaceLineEndings("\r\n")), stop);
            while (true)
            {
                if (begun.Length > 0) await stream.WriteAsync("x"u8.ToArray(), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, stop);
            }
        });

        var attempt = await SendAsync(bridge, await NewAsync(bridge, receiver)).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        attempt.Result.ShouldBe(new AttemptResult.Unreachable(AttemptError.Timeout));
        attempt.Duration.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(390));
        attempt.ResponseBody.ShouldBeNull();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task No_connection_is_made_to_an_address_that_the_operator_has_not_allowed(string host)
    {
        await using var bridge = await BridgeApplication.StartAsync(server, null, ("Bridge:Callbacks:AllowedNetworks", "198.51.100.0/24"));
        await using var receiver = Answering("HTTP/1.1 204 No Content\n\n");
        var delivery = await NewAsync(bridge, receiver) with { Url = $"http://{host}:{receiver.BaseUrl.Port}/" };

        var attempt = await SendAsync(bridge, delivery);

        attempt.Result.ShouldBe(new AttemptResult.Unreachable(AttemptError.Guard));
        attempt.ResponseBody.ShouldBeNull();
        receiver.Connections.ShouldBe(0);
    }

    [Fact]
    public void A_refusal_names_no_address() =>
        new DestinationRefusedException().Message.ShouldBe("The destination is not one that may be called.");

    [Fact]
    public async Task Whatever_else_goes_wrong_is_a_result()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await using var babbling = Answering("SSH-2.0-OpenSSH_9.2\n");
        await using var hangingUp = new RawServer((_, _) => Task.FromResult(false));
        var delivery = await NewAsync(bridge, babbling);

        (await ErrorAsync(babbling.BaseUrl.AbsoluteUri)).ShouldBe(AttemptError.Http);
        (await ErrorAsync(hangingUp.BaseUrl.AbsoluteUri)).ShouldBe(AttemptError.Reset);
        (await ErrorAsync($"http://127.0.0.1:{UnusedPort()}/")).ShouldBe(AttemptError.Refused);
        (await ErrorAsync("http://no-such-host.invalid/")).ShouldBe(AttemptError.Dns);

        async Task<AttemptError> ErrorAsync(string url) =>
            (await SendAsync(bridge, delivery with { Url = url })).Result.ShouldBeOfType<AttemptResult.Unreachable>().Error;
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_no_receiver_s()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await using var receiver = new RawServer((_, _) => Task.FromResult(false), certificate);

        (await SendAsync(bridge, await NewAsync(bridge, receiver))).Result.ShouldBe(new AttemptResult.Unreachable(AttemptError.Tls));

        receiver.Requests.ShouldBeEmpty();
    }

    /// <summary>Reads the request's body too: a connection that is closed over unread bytes is reset, and the answer with it.</summary>
    private static RawServer Answering(string head, byte[]? body = null) => new(async (stream, stop) =>
    {
        await stream.ReadExactlyAsync(new byte[Payload.Length], stop);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ReplaceLineEndings("\r\n")), stop);
        await stream.WriteAsync(body ?? [], stop);
        return true;
    });

    private static async Task<LeasedDelivery> NewAsync(BridgeApplication bridge, RawServer receiver)
    {
        var client = await bridge.CreateClientAsync();
        TypeId.TryParse(TypeId.Client, client.Id, out var id).ShouldBeTrue();
        return new()
        {
            Id = Guid.Empty,
            EventId = id,
            EventType = "task.completed",
            ClientId = id,
            CallbackId = Guid.Empty,
            Destination = 1,
            Host = "hooks.example.test",
            Url = receiver.BaseUrl.AbsoluteUri,
            Payload = Payload,
            Claim = 1,
            Attempt = 1,
            LeaseEnds = 0,
        };
    }

    private static Task<Attempt> SendAsync(BridgeApplication bridge, LeasedDelivery delivery) =>
        bridge.Services.GetRequiredService<WebhookSender>().SendAsync(delivery);

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Net;
using System.Text;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Text;
using Kyy.Bridge.Upstream;
using static Kyy.Bridge.Tests.Upstream.UpstreamAsking;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>A base URL that a client named, among those the operator allows, reaches no more than a callback does.</summary>
public sealed class UpstreamClientGuardTests
{
    private const string Upstream = "upstream.example.test", ClientsKey = "sk-of-the-client", Public = "93.184.215.14";

    private static readonly Uri Operators = new("https://operators.example.test/api");

    [Theory]
    [InlineData(false, "Unreachable NotAllowed", 0)]
    [InlineData(true, "Completed https://c.example.test/a?sig=1", 1)]
    public async Task Get_ClientsBaseUrl_ReachesWhatACallbackReaches(bool isAllowed, string reply, int connections)
    {
        await using var server = RawServer.Json(Completed);
        using var client = NewClient(server.BaseUrl, isAllowed ? ["127.0.0.1/32"] : []);

        (await AskClientsAsync(client, server.BaseUrl)).Reply.Line().ShouldBe(reply);

        server.Connections.ShouldBe(connections);
        server.Requests.ShouldAllBe(head => head.Contains($"Bearer {ClientsKey}\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    public async Task Get_ClientsBaseUrlThatResolvesInside_IsNotAskedWhateverItResolvedToBefore(string inside)
    {
        await using var server = RawServer.Answering($"HTTP/1.1 200 OK\nConnection: close\nContent-Length: {Completed.Length}\n\n{Completed}");
        var baseUrl = new Uri($"http://{Upstream}:{server.BaseUrl.Port}/base");
        var answers = new Queue<string>(["127.0.0.1", inside]);
        using var client = NewClient(baseUrl, ["127.0.0.1/32"], resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(answers.Dequeue())]));

        (await AskClientsAsync(client, baseUrl)).Reply.Line().ShouldStartWith("Completed");
        (await AskClientsAsync(client, baseUrl)).Reply.Line().ShouldBe("Unreachable NotAllowed");

        server.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Get_ClientsBaseUrlOnABlockedPort_IsNotAsked()
    {
        await using var server = RawServer.Json(Completed);
        var port = server.BaseUrl.Port;
        using var client = NewClient(server.BaseUrl, ["127.0.0.1/32"], [new(port, port)]);

        (await AskClientsAsync(client, server.BaseUrl)).Reply.Line().ShouldBe("Unreachable NotAllowed");

        server.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData(Public, "Completed https://c.example.test/a?sig=1", 1)]
    [InlineData("10.0.0.1", "Unreachable NotAllowed", 0)]
    public async Task Get_ClientsBaseUrlThroughTheProxy_IsVettedHere(string address, string reply, int connections)
    {
        var answers = new Queue<string>([
            "HTTP/1.1 200 Connection established\r\n\r\n",
            $"HTTP/1.1 200 OK\r\nContent-Length: {Completed.Length}\r\n\r\n{Completed}"]);
        await using var proxy = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answers.Dequeue()), stop);
            return answers.Count > 0;
        });
        var baseUrl = new Uri($"http://{Upstream}/base");
        using var client = NewClient(
            baseUrl, [], proxy: proxy.BaseUrl, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]));

        (await AskClientsAsync(client, baseUrl)).Reply.Line().ShouldBe(reply);

        proxy.Connections.ShouldBe(connections);
        if (connections == 0) return;
        proxy.Requests.First().ShouldBe($"CONNECT {Public}:80 HTTP/1.1\r\nHost: {Public}:80\r\n\r\n");
        proxy.Requests.Last().ShouldStartWith($"GET /base/v1/result/video_1 HTTP/1.1\r\nHost: {Upstream}\r\n");
    }

    [Fact]
    public async Task Get_ClientsBaseUrlBehindAProxyThatRefuses_SaysSo()
    {
        await using var proxy = RawServer.Answering("HTTP/1.1 403 Forbidden\nContent-Length: 0\n\n");
        var baseUrl = new Uri($"http://{Upstream}/base");
        using var client = NewClient(
            baseUrl, [], proxy: proxy.BaseUrl, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(Public)]));

        (await AskClientsAsync(client, baseUrl)).Reply.Line().ShouldBe("Unreachable Proxy");
    }

    private static UpstreamClient NewClient(
        Uri allowed, string[] networks, PortRange[]? blocked = null, Uri? proxy = null, Resolver? resolve = null) => new(
            new() { BaseUrl = Operators, AllowedBaseUrls = [allowed], Proxy = proxy },
            TimeProvider.System,
            new AddressGuard(new AddressPolicy([.. networks.Select(network => IPNetwork.Parse(network))]), [.. blocked ?? []], resolve));

    private static Task<UpstreamExchange> AskClientsAsync(UpstreamClient client, Uri baseUrl) =>
        client.GetResultAsync(new(baseUrl, new Secret(ClientsKey)), "video_1", Stop);
}

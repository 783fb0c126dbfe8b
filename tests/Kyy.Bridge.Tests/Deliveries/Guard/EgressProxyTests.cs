using System.Text;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Upstream;

namespace Kyy.Bridge.Tests.Deliveries.Guard;

/// <summary>An egress proxy changes the way, and nothing about who is called.</summary>
public sealed class EgressProxyTests
{
    private const string Hook = "hooks.example.test", Public = "93.184.215.14", Established = "HTTP/1.1 200 Connection established\n\n";

    [Fact]
    public async Task The_proxy_is_asked_for_the_vetted_address_and_the_receiver_for_its_name()
    {
        await using var proxy = Proxy(Established, "HTTP/1.1 204 No Content\n\n");
        using var way = Through(proxy).Answers(["10.0.0.1", Public]);

        (await way.PostAsync($"http://{Hook}:8080/hook")).ShouldBe("204");

        proxy.Requests.ShouldBe([
            $"CONNECT {Public}:8080 HTTP/1.1\r\nHost: {Public}:8080\r\n\r\n",
            $"POST /hook HTTP/1.1\r\nHost: {Hook}:8080\r\n{proxy.Requests.Last().Split("\r\n", 3)[2]}",
        ]);
    }

    [Fact]
    public async Task TLS_is_spoken_with_the_receiver_by_its_name()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(otherName: Hook);
        var hello = "";
        await using var proxy = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Established.ReplaceLineEndings("\r\n")), stop);
            await using var secure = new System.Net.Security.SslStream(stream, leaveInnerStreamOpen: true);
            await secure.AuthenticateAsServerAsync((_, client, _, _) =>
            {
                hello = client.ServerName;
                return ValueTask.FromResult(new System.Net.Security.SslServerAuthenticationOptions { ServerCertificate = certificate });
            }, null, stop);
            await secure.ReadAtLeastAsync(new byte[4096], 1, cancellationToken: stop);
            await secure.WriteAsync("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
            return false;
        });
        using var way = Through(proxy, authority.MakeTrusted).Answers([Public]);

        (await way.PostAsync($"https://{Hook}/hook")).ShouldBe("202");

        hello.ShouldBe(Hook);
        proxy.Requests.ShouldHaveSingleItem().ShouldStartWith($"CONNECT {Public}:443 HTTP/1.1\r\n");
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("10.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task The_proxy_is_asked_for_nothing_that_may_not_be_called(string address)
    {
        await using var proxy = Proxy(Established);
        using var way = Through(proxy).Answers([address]);

        (await way.PostAsync($"https://{Hook}/")).ShouldBe(nameof(AttemptError.Guard));

        proxy.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("HTTP/1.1 403 Forbidden\nContent-Length: 0\n\n")]
    [InlineData("HTTP/1.1 502 Bad Gateway\n\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\n")]
    [InlineData("HTTP/1.1 2")]
    public async Task A_proxy_that_does_not_lead_there_is_no_connection(string answer)
    {
        await using var proxy = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer.ReplaceLineEndings("\r\n")), stop);
            return false;
        });
        using var way = Through(proxy).Answers([Public, "2606:4700::1111"]);

        (await way.PostAsync($"http://{Hook}/")).ShouldBe(nameof(AttemptError.Refused));

        // Every address of the name had its turn.
        proxy.Requests.Select(head => head.Split(' ')[1]).ShouldBe([$"{Public}:80", "[2606:4700::1111]:80"]);
    }

    [Fact]
    public async Task A_proxy_that_nobody_vouches_for_is_told_nothing()
    {
        using var certificate = TestAuthority.SelfSigned();
        await using var proxy = RawServer.Answering(Established, certificate: certificate);
        using var way = Through(proxy).Answers([Public]);

        (await way.PostAsync($"http://{Hook}/")).ShouldBe(nameof(AttemptError.Tls));

        proxy.Requests.ShouldBeEmpty();
    }

    private static GuardedWay Through(RawServer proxy, Action<SocketsHttpHandler>? change = null) =>
        new(new CallbackSettings { RequireHttps = false, Proxy = new Uri(proxy.BaseUrl.GetLeftPart(UriPartial.Authority)) }, change);

    // What comes through a tunnel is one more request to it.
    private static RawServer Proxy(params string[] answers)
    {
        var next = 0;
        return new(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answers[next++].ReplaceLineEndings("\r\n")), stop);
            return next < answers.Length;
        });
    }
}

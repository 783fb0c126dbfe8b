using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Tests.Upstream;

namespace Kyy.Bridge.Tests.Deliveries.Guard;

/// <summary>What decides: the address that a connection is made to, over real sockets.</summary>
public sealed class GuardedHttpTests
{
    private const string Hook = "hooks.example.test", Metadata = "169.254.169.254";

    [Fact]
    public async Task A_receiver_in_a_network_that_the_operator_allows_is_called()
    {
        await using var receiver = GuardedWay.Receiver();
        using var way = new GuardedWay();

        (await way.PostAsync(receiver.BaseUrl.AbsoluteUri)).ShouldBe("204");

        receiver.Requests.ShouldHaveSingleItem().ShouldStartWith("POST /base HTTP/1.1\r\nHost: 127.0.0.2:");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("017700000001")]
    [InlineData("0177.0x0.1")]
    [InlineData("127.1")]
    [InlineData("127.0.0.1.")]
    [InlineData("0x7f.1.")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("ⓛocalhost")]
    [InlineData("１２７.０.０.１")]
    [InlineData("127。0。0。1")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[::127.0.0.1]")]
    [InlineData("[::1]")]
    [InlineData("[fe80::1%251]")]
    public async Task However_this_machine_is_written_nothing_connects_to_it(string host)
    {
        await using var receiver = GuardedWay.Receiver("127.0.0.1");
        using var way = new GuardedWay();
        var url = $"http://{host}:{receiver.BaseUrl.Port}/";

        (await way.PostAsync(url)).ShouldBe(nameof(AttemptError.Guard));
        // The rules of URLs are only the first wall. A name with a dot at its end some resolvers do not know.
        (await way.WithoutRules().PostAsync(url)).ShouldBeOneOf(nameof(AttemptError.Guard), nameof(AttemptError.Dns));

        receiver.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task A_name_that_resolves_otherwise_the_second_time_gains_nothing()
    {
        await using var allowed = GuardedWay.Receiver(head: "HTTP/1.1 204 No Content\nConnection: close\n\n");
        var port = allowed.BaseUrl.Port;
        using var refused = new TcpListener(IPAddress.Loopback, port);
        refused.Start();
        using var way = new GuardedWay().Answers(["127.0.0.2"], ["127.0.0.1"], [Metadata], ["127.0.0.2"]);

        // One question for a connection, and its answer is what is connected to: there is no second one to be otherwise.
        (await way.PostAsync($"http://{Hook}:{port}/")).ShouldBe("204");
        way.Asked.ShouldBe([Hook]);
        (await way.PostAsync($"http://{Hook}:{port}/")).ShouldBe(nameof(AttemptError.Guard));
        (await way.PostAsync($"http://{Hook}:{port}/")).ShouldBe(nameof(AttemptError.Guard));
        (await way.PostAsync($"http://{Hook}:{port}/")).ShouldBe("204");

        way.Asked.Count.ShouldBe(4);
        allowed.Connections.ShouldBe(2);
        refused.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task Of_a_name_with_public_and_private_addresses_the_vetted_ones_are_called()
    {
        await using var allowed = GuardedWay.Receiver();
        using var refused = new TcpListener(IPAddress.Loopback, allowed.BaseUrl.Port);
        refused.Start();
        using var way = new GuardedWay().Answers(["127.0.0.1", "10.0.0.1", Metadata, "::1", "127.0.0.2", "127.0.0.1"]);

        (await way.PostAsync($"http://{Hook}:{allowed.BaseUrl.Port}/")).ShouldBe("204");

        refused.Pending().ShouldBeFalse();
    }

    [Theory]
    [InlineData(8, "204")]
    [InlineData(9, "Refused")]
    public async Task Of_a_name_with_many_addresses_few_are_tried(int place, string result)
    {
        await using var receiver = GuardedWay.Receiver();
        var others = Enumerable.Range(1, 1_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"127.1.{i / 250}.{i % 250 + 1}"));
        string[] addresses = [.. others.Take(place - 1), "127.0.0.2", .. others.Skip(place)];
        using var way = new GuardedWay(GuardedWay.Allowing("127.0.0.0/8")).Answers(addresses);

        (await way.PostAsync($"http://{Hook}:{receiver.BaseUrl.Port}/")).ShouldBe(result);
    }

    [Theory]
    [InlineData("metadata.google.internal", Metadata)]
    [InlineData("169.254.169.254.nip.io", Metadata)]
    [InlineData("kubernetes.default.svc", "10.96.0.1")]
    [InlineData("host.docker.internal", "172.17.0.1")]
    [InlineData("router.internal", "192.168.0.1")]
    [InlineData("six.internal", "fd00::1")]
    [InlineData("nat64.internal", "64:ff9b::a9fe:a9fe")]
    [InlineData("nowhere.example.test")] // A name without any address.
    public async Task A_name_falls_by_its_address(string host, params string[] addresses)
    {
        using var way = new GuardedWay().Answers([addresses]);

        (await way.PostAsync($"http://{host}/")).ShouldBe(nameof(AttemptError.Guard));
    }

    [Fact]
    public async Task What_is_no_longer_allowed_by_its_text_is_not_sent()
    {
        await using var receiver = GuardedWay.Receiver();
        var allowed = GuardedWay.Allowing("127.0.0.2/32");
        using var onlyHttps = new GuardedWay(allowed with { RequireHttps = true });
        using var otherPorts = new GuardedWay(allowed with { BlockedPorts = [new(receiver.BaseUrl.Port, receiver.BaseUrl.Port)] });

        (await onlyHttps.PostAsync(receiver.BaseUrl.AbsoluteUri)).ShouldBe(nameof(AttemptError.Guard));
        (await otherPorts.PostAsync(receiver.BaseUrl.AbsoluteUri)).ShouldBe(nameof(AttemptError.Guard));
        (await otherPorts.WithoutRules().PostAsync(receiver.BaseUrl.AbsoluteUri)).ShouldBe(nameof(AttemptError.Guard));

        receiver.Connections.ShouldBe(0);
        otherPorts.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cookie_is_not_sent_back_and_a_redirect_not_followed()
    {
        await using var elsewhere = GuardedWay.Receiver();
        await using var receiver = GuardedWay.Receiver(
            head: $"HTTP/1.1 307 Temporary Redirect\nSet-Cookie: a=b; Path=/\nLocation: {elsewhere.BaseUrl}\nContent-Length: 0\n\n");
        using var way = new GuardedWay();

        for (var i = 0; i < 2; i++) (await way.PostAsync(receiver.BaseUrl.AbsoluteUri)).ShouldBe("307");

        receiver.Requests.Count.ShouldBe(2);
        receiver.Requests.ShouldAllBe(head => !head.Contains("Cookie", StringComparison.OrdinalIgnoreCase));
        elsewhere.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task An_Alt_Svc_leads_nowhere()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(otherName: Hook);
        await using var elsewhere = GuardedWay.Receiver();
        var services = $"h3=\"{Metadata}:443\"; ma=86400, h2=\"{Metadata}:443\", h2=\"127.0.0.2:{elsewhere.BaseUrl.Port}\", http/1.1=\"{Metadata}:80\"";
        await using var receiver = RawServer.Answering($"HTTP/1.1 200 OK\nAlt-Svc: {services}\nContent-Length: 0\n\n", certificate: certificate);
        using var way = new GuardedWay(GuardedWay.Allowing("127.0.0.0/8"), authority.MakeTrusted)
            .Answers([.. Enumerable.Repeat<string[]>(["127.0.0.1"], 10)]);

        for (var i = 0; i < 3; i++) (await way.PostAsync($"https://{Hook}:{receiver.BaseUrl.Port}/")).ShouldBe("200");

        receiver.Requests.Count.ShouldBe(3);
        way.Asked.Distinct().ShouldBe([Hook]);
        elsewhere.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task A_DNS_that_never_answers_is_not_waited_for()
    {
        using var way = new GuardedWay(change: handler => handler.ConnectTimeout = TimeSpan.FromMilliseconds(100)).AnswersNever();

        (await way.PostAsync($"http://{Hook}/")).ShouldBe(nameof(AttemptError.Timeout));
    }

    [Fact]
    public async Task An_answer_s_head_has_an_end()
    {
        await using var receiver = GuardedWay.Receiver(head: $"HTTP/1.1 200 OK\nX: {new string('x', 20_000)}\nContent-Length: 0\n\n");
        using var way = new GuardedWay();

        (await way.PostAsync(receiver.BaseUrl.AbsoluteUri)).ShouldBe(nameof(AttemptError.Http));
    }

    [Fact]
    public async Task Hanging_requests_keep_no_other_from_a_connection()
    {
        const int Hanging = 80;
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        await using var receiver = new RawServer(
            async (stream, stop) =>
            {
                if (Interlocked.Increment(ref begun) <= Hanging) await never.Task.WaitAsync(stop);
                await stream.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray(), stop);
                return true;
            },
            address: IPAddress.Parse("127.0.0.2"));
        using var way = new GuardedWay();

        var hanging = Enumerable.Range(0, Hanging).Select(_ => way.PostAsync(receiver.BaseUrl.AbsoluteUri)).ToArray();
        await Wait.UntilAsync(() => Task.FromResult(Volatile.Read(ref begun) == Hanging), "all of them hang");
        (await way.PostAsync(receiver.BaseUrl.AbsoluteUri)).ShouldBe("204");

        hanging.ShouldAllBe(request => !request.IsCompleted);
        never.SetResult();
        (await Task.WhenAll(hanging)).Distinct().ShouldBe(["204"]);
    }
}

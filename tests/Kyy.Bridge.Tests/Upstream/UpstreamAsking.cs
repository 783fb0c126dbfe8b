using Kyy.Bridge.Addresses;
using Kyy.Bridge.Text;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>The real client, asking over real sockets.</summary>
internal static class UpstreamAsking
{
    public const string Key = Answers.Key;

    /// <summary>What the upstream says of <c>video_1</c>, the task that is asked for unless a test names another.</summary>
    public const string Completed =
        """{"id":"video_1","object":"video","status":"completed","video_url":"https://c.example.test/a?sig=1"}""";

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static UpstreamClient NewClient(Uri baseUrl, TimeSpan? timeout = null) =>
        new(new() { BaseUrl = baseUrl, Timeout = timeout ?? TimeSpan.FromSeconds(15) }, TimeProvider.System, Strict);

    /// <summary>A guard without any exception: what a client named is not on this machine.</summary>
    public static AddressGuard Strict => new(new AddressPolicy([]), []);

    public static Task<UpstreamExchange> AskAsync(UpstreamClient client, Uri baseUrl, string taskId = "video_1") =>
        client.GetResultAsync(new(baseUrl, new Secret(Key)), taskId, Stop);

    public static async Task<UpstreamExchange> AskAsync(RawServer server, string taskId = "video_1")
    {
        using var client = NewClient(server.BaseUrl);
        return await AskAsync(client, server.BaseUrl, taskId);
    }
}

using Kyy.Bridge.Text;

namespace Kyy.Bridge.Upstream;

/// <summary>Asks the upstream for one task's result.</summary>
internal interface IUpstreamClient
{
    /// <summary>Sends one request. Whatever the network or the upstream does is a reply.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled. A time-out is a reply.</exception>
    Task<UpstreamExchange> GetResultAsync(UpstreamTarget target, string taskId, CancellationToken cancellationToken);
}

/// <summary>An upstream key: the secret, and the only base URL that may see it.</summary>
internal sealed record UpstreamTarget(Uri BaseUrl, Secret Key);

/// <summary>One request and what it came to.</summary>
/// <param name="Reply">What it means.</param>
/// <param name="SentAt">
/// The time provider's timestamp from right before the request was handed to the network. On a new connection the upstream sees
/// it later, but never later than <paramref name="Elapsed"/> after it.
/// </param>
/// <param name="Elapsed">From then to the last byte that was read.</param>
/// <param name="Excerpt">
/// The beginning of an answer that says nothing of the task, at most 512 bytes, without key and signatures; null where there is none.
/// </param>
internal sealed record UpstreamExchange(UpstreamReply Reply, long SentAt, TimeSpan Elapsed, string? Excerpt = null)
{
    /// <summary>
    /// How often it was written to a connection of HTTP/1.1: twice where one that was kept turned out to be closed; zero over HTTP/2,
    /// which says what it has not seen, and where nothing went out.
    /// </summary>
    public int TimesSent { get; init; }
}

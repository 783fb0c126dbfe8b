using System.Net;

namespace Kyy.Bridge.Upstream;

/// <summary>
/// What is the same for all requests with one key, made once: each of these costs more than all else that is done for a poll here. It holds
/// the key's header in clear, so it has no text of its own and leaves this folder nowhere.
/// </summary>
/// <param name="way">By which the target is reached; null where the key may not be sent there.</param>
/// <param name="target">The key and its base URL.</param>
internal sealed class TargetRequests(HttpMessageInvoker? way, UpstreamTarget target)
{
    private readonly string _prefix = ResultAddress.Prefix(target.BaseUrl), _authorization = $"Bearer {target.Key.Reveal()}";

    /// <summary>By which the target is reached; null where the key may not be sent there.</summary>
    public HttpMessageInvoker? Way => way;

    /// <summary>What hides the key.</summary>
    public KeyMask Mask { get; } = new(target.Key);

    public HttpRequestMessage New(string taskId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, ResultAddress.For(_prefix, taskId))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        // Unvalidated, because the validating setter quotes a value that it does not like in its exception.
        request.Headers.TryAddWithoutValidation("Authorization", _authorization);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        return request;
    }
}

namespace Kyy.Bridge.Client.Contracts;

/// <summary>The value of an upstream key: the body of <c>PUT /v1/upstream-keys/{name}</c>. What is null is not sent.</summary>
/// <param name="Key">The bearer key, required every time: visible ASCII characters. It is kept encrypted and never returned.</param>
/// <param name="BaseUrl">The only base URL that the key is sent to, one that the operator allows; null takes the operator's.</param>
/// <param name="MaxRequestsPerSecond">How often the upstream may be asked with it; null takes the operator's limit.</param>
public sealed record UpstreamKeySetting(string Key, string? BaseUrl = null, int? MaxRequestsPerSecond = null)
{
    /// <summary>Without the key: a record that is logged by mistake does not give it away.</summary>
    public override string ToString() => nameof(UpstreamKeySetting);
}

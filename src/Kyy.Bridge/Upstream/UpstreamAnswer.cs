namespace Kyy.Bridge.Upstream;

/// <summary>One HTTP answer, as far as reading it needs.</summary>
/// <param name="AskedId">The task that was asked for.</param>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="RetryAfter">The header's value as it came.</param>
/// <param name="Content">The decompressed body.</param>
/// <param name="Now">What dates in the answer are compared with.</param>
internal readonly record struct UpstreamAnswer(
    string AskedId, int StatusCode, string? RetryAfter, ReadOnlyMemory<byte> Content, DateTimeOffset Now);

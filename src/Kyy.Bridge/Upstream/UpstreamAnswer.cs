namespace Kyy.Bridge.Upstream;

/// <summary>One HTTP answer, as far as reading it needs.</summary>
/// <param name="AskedId">The task that was asked for.</param>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="RetryAfter">The header's values as they came.</param>
/// <param name="Content">The decompressed body.</param>
/// <param name="Mask">What hides the key in every text that is taken from the body.</param>
/// <param name="Now">What dates in the answer are compared with.</param>
internal readonly record struct UpstreamAnswer(
    string AskedId, int StatusCode, IReadOnlyList<string> RetryAfter, ReadOnlyMemory<byte> Content, KeyMask Mask, DateTimeOffset Now);

using Kyy.Bridge.Http;

namespace Kyy.Bridge.Limits;

/// <summary>What a client's bucket came to.</summary>
/// <param name="Limit">Requests that it holds at most.</param>
/// <param name="Remaining">Whole requests that are left.</param>
/// <param name="Reset">In how long it is full again.</param>
/// <param name="RetryAfter">In how long what was refused would be taken; null where it was taken.</param>
internal readonly record struct RateState(int Limit, int Remaining, TimeSpan Reset, TimeSpan? RetryAfter)
{
    public bool IsFull => Reset == TimeSpan.Zero;

    /// <param name="limits">The limits.</param>
    /// <param name="tokens">What is left.</param>
    /// <param name="refused">What was too much; 0 for nothing.</param>
    public static RateState Of(LimitsSettings limits, double tokens, int refused) => new(
        limits.RequestBurst, (int)tokens, Until(limits.RequestBurst, tokens, limits), refused == 0 ? null : Until(refused, tokens, limits));

    private static TimeSpan Until(int wanted, double tokens, LimitsSettings limits) =>
        TimeSpan.FromSeconds(Math.Max(0, wanted - tokens) / limits.RequestsPerSecond);
}

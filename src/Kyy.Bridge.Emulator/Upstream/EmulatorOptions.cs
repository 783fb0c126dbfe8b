using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Upstream.Limits;
using Kyy.Bridge.Emulator.Upstream.Secure;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>How an emulated upstream behaves. Every duration is of the upstream's own time and is multiplied by <see cref="TimeScale"/>.</summary>
internal sealed record EmulatorOptions
{
    /// <summary>What to listen on, separated by semicolons; port 0 takes a free one.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:0";

    /// <summary>What comes before <c>/v1/result/</c>.</summary>
    public string PathBase { get; init; } = "/kyyReactApiServer";

    /// <summary>The bearer key that is right at the start.</summary>
    public string ApiKey { get; init; } = "emulated-key";

    /// <summary>0.01 makes everything a hundred times faster, the gap that is expected between polls included.</summary>
    public double TimeScale { get; init; } = 1;

    /// <summary>How long a record is readable, counted from <c>created</c>. S2 documents a day; here it holds for every family.</summary>
    public TimeSpan RecordLife { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Two polls of one task that are closer are reported. All five documents say 30 to 60 s.</summary>
    public TimeSpan MinimumGap { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for tasks of the flex tier (S2: 60 to 120 s).</summary>
    public TimeSpan FlexMinimumGap { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What is refused for coming too often; nothing by default.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>More requests under way at once are reported; null is any number.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>In which the most polls of a key are counted. It slides.</summary>
    public TimeSpan CountingWindow { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long after a <c>Retry-After</c> requests of its key may still come in: those that were on the wire, or in the asker's
    /// hands. Not scaled, for neither the wire nor the machine gets faster with the upstream's time.
    /// </summary>
    public TimeSpan RetryAfterTolerance { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Listeners of https, each with what is right or wrong about it; none by default.</summary>
    public ImmutableArray<TlsCondition> Tls { get; init; } = [];

    /// <summary>Whether those listeners offer HTTP/2, too. Faults that write past the server need HTTP/1.1, so it is not the default.</summary>
    public bool Http2 { get; init; }

    /// <summary>Decides the durations that are drawn, in the order in which tasks are created, and what happens by chance.</summary>
    public int Seed { get; init; } = 1;

    public TimeSpan Scale(TimeSpan duration) => duration * TimeScale;

    public TimeSpan ExpectedGap(ServiceTier tier) => Scale(tier == ServiceTier.Flex ? FlexMinimumGap : MinimumGap);
}

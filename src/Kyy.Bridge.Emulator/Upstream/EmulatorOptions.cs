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

    /// <summary>Decides the durations that are drawn, in the order in which tasks are created.</summary>
    public int Seed { get; init; } = 1;

    public TimeSpan Scale(TimeSpan duration) => duration * TimeScale;

    public TimeSpan ExpectedGap(ServiceTier tier) => Scale(tier == ServiceTier.Flex ? FlexMinimumGap : MinimumGap);
}

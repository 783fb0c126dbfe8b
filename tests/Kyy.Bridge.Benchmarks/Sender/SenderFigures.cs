namespace Kyy.Bridge.Benchmarks.Sender;

/// <summary>What so many POSTs came to.</summary>
/// <param name="Posts">How many.</param>
/// <param name="Elapsed">How long they took.</param>
/// <param name="Cpu">What this process used of the processors meanwhile.</param>
/// <param name="Allocated">How many bytes it allocated.</param>
internal sealed record SenderFigures(int Posts, TimeSpan Elapsed, TimeSpan Cpu, long Allocated)
{
    public double PerSecond => Posts / Elapsed.TotalSeconds;

    /// <summary>In microseconds.</summary>
    public double CpuOfEach => Cpu.TotalMicroseconds / Posts;

    public double AllocatedByEach => (double)Allocated / Posts;
}

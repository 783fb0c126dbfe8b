namespace Kyy.Bridge.Benchmarks.Start;

/// <summary>One start.</summary>
/// <param name="Ready">From the process's beginning to the first 200 of <c>/healthz/ready</c>.</param>
/// <param name="Processors">What the service had used of the processors until then, its private server left out.</param>
/// <param name="Resident">The memory that it was resident with then, in MiB.</param>
/// <param name="Most">The most that it had been resident with.</param>
internal sealed record MeasuredStart(TimeSpan Ready, TimeSpan Processors, double Resident, double Most);

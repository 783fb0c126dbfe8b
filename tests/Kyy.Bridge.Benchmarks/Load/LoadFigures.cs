namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>What a load came to.</summary>
/// <param name="Tasks">How many ended.</param>
/// <param name="Polls">How often the upstream was asked.</param>
/// <param name="Webhooks">How many POSTs the receiver got.</param>
/// <param name="Elapsed">From the first poll to the last webhook.</param>
/// <param name="Cost">What it cost meanwhile.</param>
/// <param name="Memory">The most that the service was resident with, in MiB.</param>
internal sealed record LoadFigures(int Tasks, int Polls, int Webhooks, TimeSpan Elapsed, LoadCost Cost, double Memory)
{
    public double TasksPerSecond => Tasks / Elapsed.TotalSeconds;

    /// <summary>Of a process's time, in microseconds for each task.</summary>
    public double PerTask(TimeSpan time) => time.TotalMicroseconds / Tasks;
}

/// <summary>Processors' time.</summary>
/// <param name="Own">Of the service, or of the bare loop that is compared with it.</param>
/// <param name="Postgres">Of the database server and its backends.</param>
/// <param name="Actors">Of the upstream and the receiver.</param>
internal readonly record struct LoadCost(TimeSpan Own, TimeSpan Postgres, TimeSpan Actors)
{
    public static LoadCost operator -(LoadCost one, LoadCost other) =>
        new(one.Own - other.Own, one.Postgres - other.Postgres, one.Actors - other.Actors);
}

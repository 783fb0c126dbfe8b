namespace Kyy.Bridge.Benchmarks;

/// <summary>Something that is measured on its own, by name.</summary>
internal interface IMeasurement
{
    /// <summary>For <c>--only</c>, and of its JSON file.</summary>
    string Name { get; }

    /// <summary>What it finds out: one line for people.</summary>
    string Question { get; }

    /// <summary>Whether it takes so long that it runs only where it is named.</summary>
    bool IsLong => false;

    /// <param name="progress">Told what it is at.</param>
    /// <param name="folder">Takes what it leaves behind.</param>
    /// <param name="extent">How much of it.</param>
    /// <param name="stopping">Gives up.</param>
    Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping);
}

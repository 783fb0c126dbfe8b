namespace Kyy.Bridge.Benchmarks.Start;

/// <summary>The starts of one kind.</summary>
internal sealed record StartFigures(StartKind Kind, IReadOnlyList<MeasuredStart> Starts)
{
    public TimeSpan Median => Starts.Select(start => start.Ready).Order().ElementAt(Starts.Count / 2);

    public TimeSpan Worst => Starts.Max(start => start.Ready);

    public TimeSpan Processors => Starts.Select(start => start.Processors).Order().ElementAt(Starts.Count / 2);

    public double Resident => Starts.Max(start => start.Resident);

    public double Most => Starts.Max(start => start.Most);
}

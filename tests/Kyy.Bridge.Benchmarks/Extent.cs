namespace Kyy.Bridge.Benchmarks;

/// <summary>How much is measured: all of it, or just enough to see that everything still works.</summary>
/// <param name="IsBrief">Whether the figures are to say nothing.</param>
internal readonly record struct Extent(bool IsBrief)
{
    /// <summary>The first, or in brief the second.</summary>
    public T Of<T>(T whole, T brief) => IsBrief ? brief : whole;
}

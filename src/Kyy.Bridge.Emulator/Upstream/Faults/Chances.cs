namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>
/// Chance without a state: what a poll draws does not depend on which polls came before it, so that a run with many at once can be
/// repeated.
/// </summary>
internal static class Chances
{
    /// <returns>From 0 to below 1.</returns>
    public static double Draw(int seed, int place, string id, int number)
    {
        // FNV-1a, and then the last steps of SplitMix64, which make every bit depend on every other.
        var hash = 14695981039346656037UL;
        foreach (var part in id) hash = (hash ^ part) * 1099511628211UL;
        foreach (var part in (ReadOnlySpan<int>)[seed, place, number]) hash = (hash ^ (uint)part) * 1099511628211UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return ((hash ^ (hash >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}

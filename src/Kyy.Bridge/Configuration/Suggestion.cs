namespace Kyy.Bridge.Configuration;

/// <summary>Guesses which known word somebody meant.</summary>
internal static class Suggestion
{
    /// <summary>The nearest known word; null where it differs in more than a third of the letters, or two of a short word.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        var nearest = known.MinBy(candidate => Distance(word, candidate));
        return nearest is not null && Distance(word, nearest) <= Math.Max(2, word.Length / 3) ? nearest : null;
    }

    /// <summary>How many letters have to be inserted, deleted, replaced or swapped with their neighbour; case is ignored.</summary>
    internal static int Distance(string one, string other)
    {
        var (from, to) = (one.ToUpperInvariant(), other.ToUpperInvariant());
        var costs = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++) costs[i, j] = Cost(i, j);
        }

        return costs[from.Length, to.Length];

        int Cost(int i, int j)
        {
            if (i == 0 || j == 0) return i + j;
            var replaced = costs[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
            var cost = Math.Min(replaced, Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1);
            var swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            return swapped ? Math.Min(cost, costs[i - 2, j - 2] + 1) : cost;
        }
    }
}

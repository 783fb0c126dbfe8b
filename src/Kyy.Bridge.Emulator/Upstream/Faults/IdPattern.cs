namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>Ids by a pattern in which <c>*</c> stands for any characters, none included; everything else stands for itself.</summary>
internal static class IdPattern
{
    public static bool Matches(string pattern, string id)
    {
        if (pattern == "*") return true;
        if (!pattern.Contains('*', StringComparison.Ordinal)) return pattern == id;
        var parts = pattern.Split('*');
        if (!id.StartsWith(parts[0], StringComparison.Ordinal)) return false;
        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var found = id.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + part.Length;
        }

        return id.Length - at >= parts[^1].Length && id.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}

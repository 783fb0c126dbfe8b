using Kyy.Bridge.Text;

namespace Kyy.Bridge.Configuration;

/// <summary>Finds what was configured but is read by nobody: mostly a misspelt key, whose option silently kept its default.</summary>
internal static class UnknownKeys
{
    /// <summary>One fault for each unknown key of a section. Its value is never shown: it may be a secret under a misspelt key.</summary>
    public static IEnumerable<ConfigurationFault> Find(IConfigurationSection section, IReadOnlyCollection<string> known)
    {
        var names = known.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return from pair in section.AsEnumerable()
               where pair.Value is not null && pair.Key != section.Path && !names.Contains(pair.Key) && !IsItem(pair.Key, names)
               orderby pair.Key
               select new ConfigurationFault(pair.Key, Secret.Mask, Remedy(section.Path, pair.Key, known));
    }

    // Reading the key itself has already refused its items.
    private static bool IsItem(string key, HashSet<string> names) =>
        ConfigurationPath.GetParentPath(key) is { } parent && names.Contains(parent)
        && int.TryParse(ConfigurationPath.GetSectionKey(key), out _);

    // Walks down to the first name that is wrong: compared whole, long keys look alike because of what they share.
    private static string Remedy(string section, string key, IReadOnlyCollection<string> known)
    {
        var parent = section;
        foreach (var name in key[(section.Length + 1)..].Split(':'))
        {
            var children = Children(parent, known);
            if (children.Count == 0) return $"{parent} is a single value: nothing is read below it.";
            if (!children.Contains(name)) return $"{parent} has no {name}. {Alternative(name, children)}";
            parent = ConfigurationPath.Combine(parent, name);
        }

        return $"{parent} is no value of its own. It has {string.Join(", ", Children(parent, known))}.";
    }

    private static string Alternative(string name, IReadOnlySet<string> children) =>
        Suggestion.For(name, children) is { } meant ? $"Did you mean {meant}?" : $"It has {string.Join(", ", children)}.";

    private static SortedSet<string> Children(string parent, IEnumerable<string> known) =>
        new(from key in known
            where key.StartsWith(parent + ':', StringComparison.OrdinalIgnoreCase)
            select key[(parent.Length + 1)..].Split(':')[0], StringComparer.OrdinalIgnoreCase);
}

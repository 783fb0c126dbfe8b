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

    private static string Remedy(string section, string key, IReadOnlyCollection<string> known)
    {
        // Compared without the section's name: letters that all keys share would make every pair look near.
        var within = section.Length + 1;
        var inside = known.Where(name => IsBelow(name, section)).ToList();
        return Suggestion.For(key[within..], inside.Select(name => name[within..])) is { } meant
            ? $"There is no such key. Did you mean {section}:{meant}?"
            : $"There is no such key. {Siblings(key, inside)}";
    }

    private static string Siblings(string key, List<string> known)
    {
        var parent = key;
        while (!known.Exists(name => IsBelow(name, parent))) parent = ConfigurationPath.GetParentPath(parent)!;
        var names = known.Where(name => IsBelow(name, parent)).Select(name => name[(parent.Length + 1)..].Split(':')[0]).Distinct().Order();
        return $"{parent} has {string.Join(", ", names)}.";
    }

    private static bool IsBelow(string key, string section) => key.StartsWith(section + ':', StringComparison.OrdinalIgnoreCase);
}

using System.Globalization;
using System.Text.RegularExpressions;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deploy;

/// <summary>A file that an operator deploys with, read line by line: the little that the tests ask of it needs no parser of YAML.</summary>
internal sealed partial class Manifest
{
    private readonly string _folder;

    private Manifest(string path) => (_folder, Text) = (Path.GetDirectoryName(path)!, Repository.Read(path));

    public string Text { get; }

    public static Manifest Of(string path) => new(path);

    /// <summary>The only value of a key.</summary>
    public int Number(string key) => int.Parse(
        Regex.Matches(Text, $@"^ *(?:- )?{key}: (\d+)$", RegexOptions.Multiline).ShouldHaveSingleItem().Groups[1].Value, CultureInfo.InvariantCulture);

    public TimeSpan Seconds(string key) => TimeSpan.FromSeconds(Number(key));

    /// <summary>The keys of the service's configuration with their values, as environment variables, literals or entries of a container.</summary>
    public IEnumerable<(string Key, string Value)> Settings() => Setting().Matches(Text)
        .Select(match => (match.Groups["key"].Value.Replace("__", ":", StringComparison.Ordinal), match.Groups["value"].Value));

    /// <summary>The files that a kustomization takes in, a folder standing for the kustomization in it.</summary>
    public IEnumerable<string> Listed() =>
        from list in List().Matches(Text)
        from item in Item().Matches(list.Groups["items"].Value)
        let path = Path.GetRelativePath(".", Path.Combine(_folder, item.Groups["path"].Value))
        select path.EndsWith(".yaml", StringComparison.Ordinal) || path.EndsWith(".env", StringComparison.Ordinal) ? path : $"{path}/kustomization.yaml";

    [GeneratedRegex("""^ *(- )?(name: )?(?<key>Bridge__\w+)(=|\n +value: "?)(?<value>[^"\n]+)"?$""", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"^ *(resources|envs):\n(?<items>( *- .*\n)+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex List();

    [GeneratedRegex(@"- (?<path>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Item();
}

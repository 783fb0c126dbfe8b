using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tasks;

namespace Kyy.Bridge.Http;

/// <summary>
/// The words that a member may be. The contracts' comments refer to lists of them (<see cref="TaskStatuses"/>), and by that the
/// document lists them; a member whose words are others stands in the table here.
/// </summary>
internal static partial class OpenApiWords
{
    // Every list of words in the contracts, by its name.
    private static readonly Dictionary<string, string[]> Lists = typeof(TaskStatuses).Assembly.GetExportedTypes()
        .Where(type => type is { IsAbstract: true, IsSealed: true, Namespace: "Kyy.Bridge.Client.Contracts" })
        .Select(type => (type.Name, Words: Constants(type)))
        .Where(list => list.Words.Length > 0)
        .ToDictionary(list => list.Name, list => list.Words);

    private static readonly HashSet<string> Contracts = [.. typeof(TaskStatuses).Assembly.GetExportedTypes().Select(type => type.Name)];

    private static readonly Dictionary<string, string[]> Closed = new()
    {
        // A model decides on `default`; nobody asks for it.
        ["TaskRegistration.family"] = [.. Lists[nameof(Families)].Where(family => family != Families.Default)],
        ["TaskRegistration.events"] = CallbackEvents.All,
        ["BulkRedelivery.state"] = [.. Lists[nameof(DeliveryStates)].Where(state => state != DeliveryStates.Pending)],
        ["EndpointRegistration.families"] = Lists[nameof(Families)],
        ["EndpointChange.families"] = Lists[nameof(Families)],
        ["TaskRegistration.service_tier"] = Lists[nameof(ServiceTiers)],
    };

    /// <summary>The words of a member, such as <c>BridgeTask.status</c>; null where any text may stand there.</summary>
    /// <param name="member">The schema's name and the member's.</param>
    /// <param name="comment">The comment of it, as it refers to a list.</param>
    public static (IReadOnlyList<JsonNode> Known, bool IsClosed)? Of(string member, string? comment)
    {
        if (Closed.TryGetValue(member, out var closed)) return (Nodes(closed), true);
        return comment is not null && OneOf().Match(comment) is { Success: true } match && Lists.TryGetValue(match.Groups["list"].Value, out var known)
            ? (Nodes(known), false)
            : null;
    }

    /// <summary>A comment with the names of the contracts' C# replaced by those on the wire.</summary>
    /// <param name="comment">The comment.</param>
    /// <param name="own">The words that the member may be, where they are not all of the list that it refers to.</param>
    public static string? OnTheWire(string? comment, IReadOnlyList<string>? own = null)
    {
        if (comment is null) return null;
        var text = Member().Replace(WebUtility.HtmlDecode(comment).ReplaceLineEndings(" "), match =>
            Lists.ContainsKey(match.Groups["type"].Value)
                ? $"`{ValueOf(match.Groups["type"].Value, match.Groups["name"].Value)}`"
                : $"`{JsonNamingPolicy.SnakeCaseLower.ConvertName(match.Groups["name"].Value)}`");
        text = OneOf().Replace(text, match => Lists.TryGetValue(match.Groups["list"].Value, out var words)
            ? $"{match.Groups["before"].Value} {string.Join(", ", (own ?? words).Select(word => $"`{word}`"))}"
            : match.Value);
        return Pascal().Replace(text, match =>
            Contracts.Contains(match.Value) ? match.Value : $"`{JsonNamingPolicy.SnakeCaseLower.ConvertName(match.Value)}`");
    }

    /// <summary>The words of a member that are not all of the list that its comment refers to; null for any other.</summary>
    public static IReadOnlyList<string>? OwnOf(string member) => Closed.GetValueOrDefault(member);

    private static string ValueOf(string list, string name) =>
        typeof(TaskStatuses).Assembly.GetType($"Kyy.Bridge.Client.Contracts.{list}")?.GetField(name)?.GetRawConstantValue() as string ?? name;

    private static string[] Constants(Type type) =>
    [
        .. type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field is { IsLiteral: true } && field.FieldType == typeof(string))
            .Select(field => (string)field.GetRawConstantValue()!),
    ];

    private static JsonNode[] Nodes(IEnumerable<string> words) => [.. words.Select(word => (JsonNode)JsonValue.Create(word))];

    // How a reference to a member is written into a comment: its type, that of the member's owner, its name.
    [GeneratedRegex(@"(?:[A-Za-z]+(?:<[^>]*>)?\?? )?\b(?<type>[A-Z][A-Za-z]+)\.(?<name>[A-Z][A-Za-z]+)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Member();

    [GeneratedRegex(@"(?<before>[Oo]ne of|The|the) (?<list>[A-Z][A-Za-z]+s)\b", RegexOptions.CultureInvariant)]
    private static partial Regex OneOf();

    // A parameter of a record, such as PaceAt.
    [GeneratedRegex(@"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", RegexOptions.CultureInvariant)]
    private static partial Regex Pascal();
}

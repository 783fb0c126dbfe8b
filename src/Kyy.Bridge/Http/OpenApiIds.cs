using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>Describes the ids in paths, by the word before them. A test insists on an entry for each.</summary>
internal static class OpenApiIds
{
    private const string Sample = "01j9zvc5w0e6b8h2k4m6p8r0t2";

    private static readonly Dictionary<string, (string Description, string Example)> Known = new()
    {
        ["tasks"] = ("The task's id, `tsk_…`.", $"tsk_{Sample}"),
        ["endpoints"] = ("The endpoint's id, `ep_…`.", $"ep_{Sample}"),
        ["replays"] = ("The replay's id, `rpl_…`.", $"rpl_{Sample}"),
        ["deliveries"] = ("The delivery's id, `dlv_…`.", $"dlv_{Sample}"),
        ["events"] = ("The event's id, `evt_…`.", $"evt_{Sample}"),
        ["upstream-keys"] = ("The key's name among the client's: lower-case letters, digits, `-` and `_`.", "team-a"),
        ["clients"] = ("The client's id, `cli_…`.", $"cli_{Sample}"),
        ["keys"] = ("The API key's id, `key_…`.", $"key_{Sample}"),
    };

    /// <summary>Describes a parameter that stands in the path.</summary>
    public static void Describe(OpenApiParameter parameter, string path)
    {
        var segments = path.Split('/');
        var place = Array.IndexOf(segments, $"{{{parameter.Name}}}");
        if (place < 1 || !Known.TryGetValue(segments[place - 1], out var known)) return;
        parameter.Description ??= known.Description;
        parameter.Example ??= JsonValue.Create(known.Example);
    }
}

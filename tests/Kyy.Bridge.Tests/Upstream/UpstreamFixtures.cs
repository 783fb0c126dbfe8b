using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>The recorded answers: one file for each family and status, and the manifest that says where each comes from.</summary>
internal static class UpstreamFixtures
{
    private static readonly string _folder = Path.Combine(AppContext.BaseDirectory, "Upstream", "Fixtures");

    public static IReadOnlyDictionary<string, JsonElement> Manifest { get; } =
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllBytes(Path.Combine(_folder, "MANIFEST.json")))!;

    /// <summary>The names of the files themselves, such as <c>veo.completed.json</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(_folder).Select(file => Path.GetFileName(file)!).Where(name => name != "MANIFEST.json").Order()];

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(_folder, name));

    public static JsonObject Json(string name) => JsonNode.Parse(Bytes(name))!.AsObject();
}

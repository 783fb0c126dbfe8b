using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>A call that mends something.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, from <c>/v1</c> on.</param>
/// <param name="Body">The body; absent where there is none. What only the reader has stands in it as <c>&lt;…&gt;</c>.</param>
public sealed record AttentionMend(
    string Method, string Path, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RawJson? Body = null);

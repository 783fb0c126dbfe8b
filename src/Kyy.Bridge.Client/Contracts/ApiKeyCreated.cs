namespace Kyy.Bridge.Client.Contracts;

/// <summary>A new API key.</summary>
/// <param name="Id">The key's id, <c>key_…</c>.</param>
/// <param name="ApiKey">The key, <c>kyb_…</c>: shown this once, kept nowhere.</param>
public sealed record ApiKeyCreated(string Id, string ApiKey)
{
    /// <summary>Without the key: a record that is logged by mistake does not give it away.</summary>
    public override string ToString() => $"{nameof(ApiKeyCreated)} {Id}";
}

namespace Kyy.Bridge.Client.Contracts;

/// <summary>A new client with its first key.</summary>
/// <param name="Id">The client's id, <c>cli_…</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="ApiKey">Its key, <c>kyb_…</c>: shown this once, kept nowhere.</param>
public sealed record ClientCreated(string Id, string Name, string ApiKey)
{
    /// <summary>Without the key: a record that is logged by mistake does not give it away.</summary>
    public override string ToString() => $"{nameof(ClientCreated)} {Id}";
}

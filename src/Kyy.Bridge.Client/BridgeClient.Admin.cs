using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

// What needs an admin's key: a client is answered with 403.
public sealed partial class BridgeClient
{
    /// <summary>Makes a client and its first key, which is shown this once.</summary>
    /// <param name="client">The client.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition answers with the same client and key.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the client may have been made nevertheless.</param>
    public Task<ClientCreated> CreateClientAsync(
        ClientRegistration client, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            Addresses.Clients,
            client,
            BridgeJson.Requests.ClientRegistration,
            BridgeJson.Wire.ClientCreated,
            idempotencyKey,
            cancellationToken);

    /// <summary>Lists the clients, newest first, fetching page after page while it is enumerated.</summary>
    public IAsyncEnumerable<ClientView> ListClientsAsync(CancellationToken cancellationToken = default) =>
        PagesAsync(Addresses.Clients, BridgeJson.Wire.PageClientView, cancellationToken);

    /// <summary>Deletes a client.</summary>
    /// <param name="id">Its id, <c>cli_…</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task DeleteClientAsync(string id, CancellationToken cancellationToken = default) =>
        _bridge.DeleteAsync(Addresses.Client(id), cancellationToken);

    /// <summary>Makes a further key for a client, shown this once.</summary>
    /// <param name="clientId">The client's id, <c>cli_…</c>.</param>
    /// <param name="expiresAt">When the key stops working; null for never.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition answers with the same key.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the key may have been made nevertheless.</param>
    public Task<ApiKeyCreated> CreateKeyAsync(
        string clientId,
        DateTimeOffset? expiresAt = null,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        CreateKeyAsync(Addresses.KeysOf(clientId), new ApiKeyRegistration(ExpiresAt: expiresAt), idempotencyKey, cancellationToken);

    /// <summary>Lists a client's keys, newest first.</summary>
    /// <param name="clientId">The client's id, <c>cli_…</c>.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public IAsyncEnumerable<ApiKeyView> ListKeysAsync(string clientId, CancellationToken cancellationToken = default) =>
        PagesAsync(Addresses.KeysOf(clientId), BridgeJson.Wire.PageApiKeyView, cancellationToken);

    /// <summary>Makes a key for a further admin, shown this once.</summary>
    /// <param name="name">The admin's name, for people.</param>
    /// <param name="expiresAt">When the key stops working; null for never.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition answers with the same key.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the key may have been made nevertheless.</param>
    public Task<ApiKeyCreated> CreateAdminKeyAsync(
        string name, DateTimeOffset? expiresAt = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        CreateKeyAsync(Addresses.AdminKeys, new ApiKeyRegistration(name, expiresAt), idempotencyKey, cancellationToken);

    /// <summary>Lists the admins' keys, newest first.</summary>
    public IAsyncEnumerable<ApiKeyView> ListAdminKeysAsync(CancellationToken cancellationToken = default) =>
        PagesAsync(Addresses.AdminKeys, BridgeJson.Wire.PageApiKeyView, cancellationToken);

    /// <summary>Revokes a key, of a client or of an admin; all replicas refuse it within 5 s.</summary>
    /// <param name="id">The key's id, <c>key_…</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task DeleteKeyAsync(string id, CancellationToken cancellationToken = default) =>
        _bridge.DeleteAsync(Addresses.Key(id), cancellationToken);

    /// <summary>Reads how the whole service is doing: tasks, deliveries, workers, upstream keys, estimates.</summary>
    public Task<BridgeStats> GetStatsAsync(CancellationToken cancellationToken = default) =>
        _bridge.GetAsync(Addresses.Stats, BridgeJson.Wire.BridgeStats, cancellationToken);

    private Task<ApiKeyCreated> CreateKeyAsync(
        string address, ApiKeyRegistration key, string? idempotencyKey, CancellationToken stop) =>
        _bridge.PostAsync(
            address, key, BridgeJson.Requests.ApiKeyRegistration, BridgeJson.Wire.ApiKeyCreated, idempotencyKey, stop);
}

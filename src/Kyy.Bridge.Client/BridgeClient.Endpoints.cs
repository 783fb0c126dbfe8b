using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

// Standing subscriptions to the events of all of a client's tasks.
public sealed partial class BridgeClient
{
    /// <summary>Makes an endpoint. Its secret is in the answer.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition answers with the same endpoint.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the endpoint may have been made nevertheless.</param>
    public Task<EndpointCreated> CreateEndpointAsync(
        EndpointRegistration endpoint, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            Addresses.Endpoints,
            endpoint,
            BridgeJson.Requests.EndpointRegistration,
            BridgeJson.Wire.EndpointCreated,
            idempotencyKey,
            cancellationToken);

    /// <summary>Lists the endpoints, newest first, fetching page after page while it is enumerated.</summary>
    public IAsyncEnumerable<EndpointView> ListEndpointsAsync(CancellationToken cancellationToken = default) =>
        PagesAsync(Addresses.Endpoints, BridgeJson.Wire.PageEndpointView, cancellationToken);

    /// <summary>Reads an endpoint.</summary>
    /// <param name="id">Its id, <c>ep_…</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<EndpointView> GetEndpointAsync(string id, CancellationToken cancellationToken = default) =>
        _bridge.GetAsync(Addresses.Endpoint(id), BridgeJson.Wire.EndpointView, cancellationToken);

    /// <summary>Changes an endpoint. What was claimed to be sent a few seconds before may still go the old way.</summary>
    /// <param name="id">Its id, <c>ep_…</c>.</param>
    /// <param name="change">What changes.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<EndpointView> ChangeEndpointAsync(string id, EndpointChange change, CancellationToken cancellationToken = default) =>
        _bridge.PatchAsync(
            Addresses.Endpoint(id), change.ToBody(), BridgeJson.Wire.RawJson, BridgeJson.Wire.EndpointView, cancellationToken);

    /// <summary>Deletes an endpoint, its secrets and headers, and cancels its pending deliveries.</summary>
    /// <param name="id">Its id, <c>ep_…</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task DeleteEndpointAsync(string id, CancellationToken cancellationToken = default) =>
        _bridge.DeleteAsync(Addresses.Endpoint(id), cancellationToken);

    /// <summary>Reads the secret that an endpoint's webhooks are signed with.</summary>
    /// <param name="id">Its id, <c>ep_…</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<SigningSecret> GetEndpointSecretAsync(string id, CancellationToken cancellationToken = default) =>
        _bridge.GetAsync($"{Addresses.Endpoint(id)}/secret", BridgeJson.Wire.SigningSecret, cancellationToken);

    /// <summary>Makes a new secret for an endpoint.</summary>
    /// <param name="id">Its id, <c>ep_…</c>.</param>
    /// <param name="overlap">For how long webhooks are signed with the old ones too: whole seconds, up to 7 days.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition does not rotate once more.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the secret may have been rotated nevertheless.</param>
    public Task<SigningSecret> RotateEndpointSecretAsync(
        string id, TimeSpan overlap, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            $"{Addresses.Endpoint(id)}/secret/rotate",
            new SecretRotation(checked((int)overlap.TotalSeconds)),
            BridgeJson.Requests.SecretRotation,
            BridgeJson.Wire.SigningSecret,
            idempotencyKey,
            cancellationToken);

    /// <summary>Sends an example of an event to an endpoint, disabled or not, and answers with how it went.</summary>
    /// <param name="id">Its id, <c>ep_…</c>.</param>
    /// <param name="type">One of <see cref="EventTypes"/>; null stands for <see cref="EventTypes.EndpointPing"/>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<BridgeDeliveryAttempt> TestEndpointAsync(string id, string? type = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            $"{Addresses.Endpoint(id)}/test",
            new EndpointTest(type),
            BridgeJson.Requests.EndpointTest,
            BridgeJson.Wire.BridgeDeliveryAttempt,
            null,
            cancellationToken);

    /// <summary>Enables an endpoint.</summary>
    /// <param name="id">Its id, <c>ep_…</c>.</param>
    /// <param name="catchUp">Whether it gets the events that it missed while it was disabled.</param>
    /// <param name="idempotencyKey">1 to 255 characters.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<EndpointView> EnableEndpointAsync(
        string id, bool catchUp = true, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            $"{Addresses.Endpoint(id)}/enable",
            new EndpointEnabling(catchUp),
            BridgeJson.Requests.EndpointEnabling,
            BridgeJson.Wire.EndpointView,
            idempotencyKey,
            cancellationToken);

    /// <summary>Disables an endpoint: no deliveries are made for it, and those that are pending wait.</summary>
    /// <param name="id">Its id, <c>ep_…</c>.</param>
    /// <param name="idempotencyKey">1 to 255 characters.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<EndpointView> DisableEndpointAsync(
        string id, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync($"{Addresses.Endpoint(id)}/disable", BridgeJson.Wire.EndpointView, idempotencyKey, cancellationToken);

    /// <summary>Sends events of the past to an endpoint again, as work that is done in steps.</summary>
    /// <returns>The id of the replay, <c>rpl_…</c>.</returns>
    /// <param name="id">The endpoint's id, <c>ep_…</c>.</param>
    /// <param name="replay">Which events.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition does not start another one.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the replay may have been started nevertheless.</param>
    public async Task<string> ReplayEndpointAsync(
        string id, ReplayRequest replay, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var accepted = await _bridge.PostAsync(
            $"{Addresses.Endpoint(id)}/replay",
            replay,
            BridgeJson.Requests.ReplayRequest,
            BridgeJson.Wire.ReplayAccepted,
            idempotencyKey,
            cancellationToken);
        return accepted.Id;
    }
}

using Kyy.Bridge.Client;
using Kyy.Bridge.Tests.Faults.Campaign.Judging;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>Two clients of the bridge: one with callbacks, one with an endpoint.</summary>
internal sealed class Clients : IDisposable
{
    // Beyond what is promised, so that an answer that comes late is seen as one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SocketsHttpHandler _connections;
    private readonly HttpClient _http;

    private Clients(SocketsHttpHandler connections, string ofCallbacks, string ofEndpoint)
    {
        (_connections, OfCallbacks, OfEndpoint) = (connections, ofCallbacks, ofEndpoint);
        _http = new(connections, disposeHandler: false) { Timeout = Patience };
    }

    public string OfCallbacks { get; }

    public string OfEndpoint { get; }

    /// <summary>Makes both, and tells the receivers what their webhooks are signed with.</summary>
    public static async Task<Clients> MakeAsync(Uri replica, Stage stage, CancellationToken cancellation)
    {
        var connections = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(5) };
        using var http = new HttpClient(connections, disposeHandler: false);
        var admin = Of(BridgeApplication.AdminKey);
        var callbacks = (await admin.CreateClientAsync(new("callbacks"), cancellationToken: cancellation)).ApiKey;
        var endpoint = (await admin.CreateClientAsync(new("endpoint"), cancellationToken: cancellation)).ApiKey;
        var made = await Of(endpoint).CreateEndpointAsync(
            new() { Url = stage.Receivers[Planning.Hook.Endpoint].Hook().AbsoluteUri }, cancellationToken: cancellation);
        stage.Trust((await Of(callbacks).GetSigningSecretAsync(cancellation)).Secret, made.Secret);
        return new(connections, callbacks, endpoint);

        BridgeClient Of(string key) => new(http, new() { BaseAddress = replica, ApiKey = key });
    }

    /// <summary>Asks a replica; null where it is not there.</summary>
    public async Task<Answer?> AskAsync(Slot slot, HttpRequestMessage request, CancellationToken cancellation)
    {
        if (slot.Address is not { } address) return null;
        var what = request.RequestUri!.OriginalString;
        request.RequestUri = new(address, what);
        var (at, begin) = (Chronicle.Now, TimeProvider.System.GetTimestamp());
        try
        {
            using var answer = await _http.SendAsync(request, cancellation);
            return Answered((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType);
        }
        catch (Exception broken) when (!cancellation.IsCancellationRequested && broken is HttpRequestException or TaskCanceledException)
        {
            return Answered(null, null);
        }

        Answer Answered(int? status, string? type) => new(at, TimeProvider.System.GetElapsedTime(begin), what, slot.Number, status, type);
    }

    public void Dispose()
    {
        _http.Dispose();
        _connections.Dispose();
    }
}

using System.Net;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Deliveries.Guard;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Benchmarks.Sender;

/// <summary>The service's own sender with all that it is made of, for a client with one signing secret.</summary>
internal sealed class RealSender : IAsyncDisposable
{
    private const string ClientSql = """
        insert into bridge.clients (id, name, may_use_operator_key, created_at) values (bridge.new_id(), 'sender', true, now()) returning id
        """;

    private const string SecretSql = "insert into bridge.signing_secrets (id, client_id, ciphertext, created_at) values ($1, $2, $3, now())";

    private readonly WebhookSender _sender;
    private readonly LeasedDelivery _delivery;

    private RealSender(WebhookSender sender, LeasedDelivery delivery) => (_sender, _delivery) = (sender, delivery);

    /// <param name="database">With the schema.</param>
    /// <param name="hook">Takes what is sent.</param>
    /// <param name="stopping">Gives up.</param>
    public static async Task<RealSender> StartAsync(NpgsqlDataSource database, Uri hook, CancellationToken stopping)
    {
        var (time, protection) = (TimeProvider.System, new EphemeralDataProtectionProvider());
        var clock = new DatabaseClock(database, time);
        await clock.SynchroniseAsync(stopping);
        var ids = new Ids(time);
        var secrets = new SigningSecrets(database, protection, ids, clock, time);
        var endpoints = new EndpointSecrets(database, new EndpointProtection(protection), ids, clock, time);
        var client = await NewClientAsync(database, secrets, stopping);
        var callbacks = new CallbackSettings { RequireHttps = false };
        var guard = new AddressGuard(new AddressPolicy([IPNetwork.Parse("127.0.0.0/8")]), callbacks.BlockedPorts);
        var http = new GuardedHttp(guard, new CallbackRules(callbacks, guard), callbacks);
        var envelopes = new Envelopes(secrets, endpoints, NullLogger<Envelopes>.Instance);
        return new(new(envelopes, http, new DeliverySettings(), clock, time), Delivery(ids, client, hook));
    }

    public async Task PostAsync()
    {
        var attempt = await _sender.SendAsync(_delivery);
        if (attempt.Result is not AttemptResult.Accepted) throw new InvalidOperationException($"An attempt came to {attempt.Result}.");
    }

    public ValueTask DisposeAsync()
    {
        _sender.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<Guid> NewClientAsync(NpgsqlDataSource database, SigningSecrets secrets, CancellationToken stopping)
    {
        await using var client = database.CreateCommand(ClientSql);
        var row = secrets.NewRow((Guid)(await client.ExecuteScalarAsync(stopping))!);
        await using var secret = database.CreateCommand(SecretSql);
        foreach (var value in (object[])[row.Id, row.ClientId, row.Ciphertext]) secret.Parameters.Add(new() { Value = value });
        await secret.ExecuteNonQueryAsync(stopping);
        return row.ClientId;
    }

    private static LeasedDelivery Delivery(Ids ids, Guid client, Uri hook) => new()
    {
        Id = ids.Next(),
        EventId = ids.Next(),
        EventType = Example.Type,
        ClientId = client,
        CallbackId = ids.Next(),
        Destination = 1,
        Host = $"{hook.Host}:{hook.Port}",
        Url = hook.AbsoluteUri,
        Payload = Example.Payload,
        Claim = 1,
        Attempt = 1,
        LeaseEnds = 0,
    };
}

using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Upstream;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Outcomes;

/// <summary>
/// The events of upstream keys: that the upstream refuses one, and that it takes it again. The key's client gets them; of the operator's
/// key, every client that has tasks in flight with it. They are about no task.
/// </summary>
internal sealed class KeyEvents(UpstreamOptions options)
{
    private const string RecipientsSql = """
        select k.id, k.name, k.base_url, k.client_id, r.client
        from bridge.upstream_keys k
        cross join lateral (
            select k.client_id as client where k.client_id is not null
            union
            select s.client_id
            from bridge.lanes l
            join bridge.slots s on s.lane = l.id
            where k.client_id is null and l.upstream_key_id = k.id and s.client_id <> '00000000-0000-0000-0000-000000000000'
        ) r
        where k.budget_id = $1 or k.id = $2
        order by k.id, r.client
        """;

    /// <summary>Stores an event of every key of a budget, inside the caller's transaction, which has changed the budget's state.</summary>
    /// <param name="connection">With the transaction.</param>
    /// <param name="budget">Whose keys.</param>
    /// <param name="type"><see cref="EventTypes.UpstreamKeyRejected"/> or <see cref="EventTypes.UpstreamKeyRestored"/>.</param>
    /// <param name="since">When the state began. One key's state that began once is one event, however often it is raised.</param>
    /// <param name="statusCode">The upstream's status with which it refused the key; null where there is none to tell.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task RaiseAsync(
        NpgsqlConnection connection, int budget, string type, DateTimeOffset since, int? statusCode, CancellationToken cancellation) =>
        RaiseAsync(connection, budget, null, type, since, statusCode, cancellation);

    /// <summary>Likewise for one key alone, which has come to another budget.</summary>
    public Task RaiseForAsync(
        NpgsqlConnection connection, Guid key, string type, DateTimeOffset since, int? statusCode, CancellationToken cancellation) =>
        RaiseAsync(connection, null, key, type, since, statusCode, cancellation);

    private async Task RaiseAsync(
        NpgsqlConnection connection, int? budget, Guid? key, string type, DateTimeOffset since, int? statusCode,
        CancellationToken cancellation)
    {
        var recipients = await RecipientsAsync(connection, budget, key, cancellation);
        await InsertClientEvents.RunAsync(
            connection,
            [.. recipients.Select(to => new ClientEvent(
                DerivedId.OfKeyEvent(to.Key, to.Client, type, since), to.Client, type, since, Payload(to, type, since, statusCode)))],
            cancellation);
    }

    private async Task<List<Recipient>> RecipientsAsync(NpgsqlConnection connection, int? budget, Guid? key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(RecipientsSql, connection)
        {
            Parameters =
            {
                new() { Value = (object?)budget ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
                new() { Value = (object?)key ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var recipients = new List<Recipient>();
        while (await reader.ReadAsync(cancellation))
        {
            recipients.Add(new(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.IsDBNull(2) ? UpstreamOptions.Normal(options.BaseUrl) : reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetGuid(3),
                reader.GetGuid(4)));
        }

        return recipients;
    }

    private static byte[] Payload(Recipient recipient, string type, DateTimeOffset since, int? statusCode)
    {
        var data = new UpstreamKeyEventData
        {
            Name = recipient.Name,
            State = type == EventTypes.UpstreamKeyRejected ? UpstreamKeyStates.Rejected : UpstreamKeyStates.Active,
            Since = since,
            StatusCode = statusCode,
            BaseUrl = recipient.BaseUrl,
            ClientId = recipient.Owner is { } owner ? TypeId.Format(TypeId.Client, owner) : null,
        };
        var payload = new WebhookEvent(type, since, RawJson.From(data, BridgeJson.Wire.UpstreamKeyEventData));
        return JsonSerializer.SerializeToUtf8Bytes(payload, BridgeJson.Wire.WebhookEvent);
    }

    /// <param name="Key">The key.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="BaseUrl">Where it is sent to.</param>
    /// <param name="Owner">Whose it is; null for the operator's.</param>
    /// <param name="Client">Who is told.</param>
    private sealed record Recipient(Guid Key, string Name, string BaseUrl, Guid? Owner, Guid Client);
}

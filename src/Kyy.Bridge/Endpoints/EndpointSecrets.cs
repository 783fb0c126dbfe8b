using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Endpoints;

/// <summary>The secrets and headers that requests to an endpoint carry, in clear only here and for seconds.</summary>
internal sealed class EndpointSecrets
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(3);
    private const int Capacity = 10_000;

    // Of one moment: headers never go to another address than the one that they were given for.
    private const string Sql = """
        select e.client_id, e.url, e.headers, s.id, s.ciphertext
          from bridge.endpoints e
          join bridge.endpoint_secrets s on s.endpoint_id = e.id and (s.valid_until is null or s.valid_until > now())
         where e.id = $1 and e.deleted_at is null
         order by s.valid_until desc nulls first
        """;

    private readonly NpgsqlDataSource _dataSource;
    private readonly EndpointProtection _protection;
    private readonly Ids _ids;
    private readonly DatabaseClock _clock;
    private readonly BriefCache<Guid, Envelope?> _byEndpoint;

    public EndpointSecrets(NpgsqlDataSource dataSource, EndpointProtection protection, Ids ids, DatabaseClock clock, TimeProvider time)
    {
        (_dataSource, _protection, _ids, _clock) = (dataSource, protection, ids, clock);
        _byEndpoint = new(Life, Capacity, time, LookUpAsync);
    }

    /// <summary>What a request to the endpoint carries now, or a few seconds ago at the worst; null where it has been deleted.</summary>
    public ValueTask<Envelope?> ForEndpointAsync(Guid endpoint) => new(_byEndpoint.GetAsync(endpoint));

    /// <summary>Looks an endpoint's secrets up anew: after a change here.</summary>
    public void Forget(Guid endpoint) => _byEndpoint.Forget(endpoint);

    /// <summary>Makes the row of a new current secret, to be stored by the caller.</summary>
    public EndpointSecretRow NewRow(Guid client, Guid endpoint, WebhookSecret secret)
    {
        var id = _ids.Next();
        return new() { Id = id, EndpointId = endpoint, Ciphertext = _protection.Protect(client, id, secret), CreatedAt = _clock.Now };
    }

    private async Task<Envelope?> LookUpAsync(Guid endpoint)
    {
        await using var command = _dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = endpoint });
        await using var reader = await command.ExecuteReaderAsync();
        var secrets = new List<WebhookSecret>();
        Envelope? envelope = null;
        while (await reader.ReadAsync())
        {
            var client = reader.GetGuid(0);
            secrets.Add(_protection.Reveal(client, reader.GetGuid(3), reader.GetFieldValue<byte[]>(4)));
            envelope ??= new(
                reader.GetString(1), secrets,
                _protection.RevealHeaders(client, endpoint, reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2)));
        }

        return envelope;
    }
}

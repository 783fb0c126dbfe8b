using System.Security.Cryptography;
using System.Text;
using Kyy.Bridge.Upstream;
using Npgsql;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>TEMPORARY stand-in with the agreed interface; the real one is merged over it.</summary>
internal sealed class UpstreamKeyRing(NpgsqlDataSource dataSource, UpstreamOptions options)
{
    private KnownUpstreamKey? _operator;

    public IReadOnlyCollection<KnownUpstreamKey> All => _operator is null ? [] : [_operator];

    public bool Any => _operator is not null;

    public KnownUpstreamKey? Find(Guid id) => _operator?.Id == id ? _operator : null;

    public async Task RefreshAsync(CancellationToken cancellation)
    {
        if (options.ApiKey is not { } key || _operator is not null) return;
        await using var command = dataSource.CreateCommand("""
            with made as (insert into bridge.upstream_budgets (fingerprint) values ($1) on conflict (fingerprint) do update set fingerprint = excluded.fingerprint returning id)
            update bridge.upstream_keys set budget_id = made.id from made where upstream_keys.id = $2 returning budget_id
            """);
        command.Parameters.Add(new() { Value = SHA256.HashData(Encoding.UTF8.GetBytes(options.BaseUrl + key.Reveal())) });
        command.Parameters.Add(new() { Value = UpstreamKey.Operator });
        var budget = (int)(await command.ExecuteScalarAsync(cancellation))!;
        _operator = new(UpstreamKey.Operator, null, "default", new(options.BaseUrl, key), budget, null);
    }
}

internal sealed record KnownUpstreamKey(Guid Id, Guid? ClientId, string Name, UpstreamTarget Target, int BudgetId, int? MaxRequestsPerSecond);

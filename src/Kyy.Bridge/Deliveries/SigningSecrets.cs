using System.Text;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Secrets;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// The secrets that a client's webhooks are signed with, in clear only here. What is stored is encrypted for its client and its row,
/// so that a ciphertext that is copied to another row is worth nothing there.
/// </summary>
internal sealed class SigningSecrets : IReprotectable
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(3);
    private const int Capacity = 10_000;

    private const string Sql = """
        select id, ciphertext
          from bridge.signing_secrets
         where client_id = $1 and (valid_until is null or valid_until > now())
         order by valid_until desc nulls first
        """;

    private readonly NpgsqlDataSource _dataSource;
    private readonly IDataProtectionProvider _protection;
    private readonly Ids _ids;
    private readonly DatabaseClock _clock;
    private readonly BriefCache<Guid, IReadOnlyList<WebhookSecret>> _byClient;

    public SigningSecrets(NpgsqlDataSource dataSource, IDataProtectionProvider protection, Ids ids, DatabaseClock clock, TimeProvider time)
    {
        (_dataSource, _protection, _ids, _clock) = (dataSource, protection, ids, clock);
        _byClient = new(Life, Capacity, time, LookUpAsync);
    }

    string IReprotectable.Table => "signing_secrets";

    string IReprotectable.Column => "ciphertext";

    IReadOnlyList<string> IReprotectable.Of { get; } = ["t.client_id", "t.id"];

    IDataProtector IReprotectable.Protector(IReadOnlyList<string> of) => Protector(Guid.Parse(of[0]), Guid.Parse(of[1]));

    /// <summary>The secrets to sign with now, the current one first; those of a few seconds ago at the worst.</summary>
    public ValueTask<IReadOnlyList<WebhookSecret>> ForClientAsync(Guid client) => new(_byClient.GetAsync(client));

    /// <summary>Looks a client's secrets up anew: after a rotation here.</summary>
    public void Forget(Guid client) => _byClient.Forget(client);

    /// <summary>Makes a new current secret, to be stored by the caller.</summary>
    public SigningSecretRow NewRow(Guid client)
    {
        var id = _ids.Next();
        var secret = Encoding.UTF8.GetBytes(WebhookSecret.Create().Reveal());
        return new() { Id = id, ClientId = client, Ciphertext = Protector(client, id).Protect(secret), CreatedAt = _clock.Now };
    }

    /// <summary>The secret of a row.</summary>
    public WebhookSecret Reveal(SigningSecretRow row) => Reveal(row.ClientId, row.Id, row.Ciphertext);

    private async Task<IReadOnlyList<WebhookSecret>> LookUpAsync(Guid client)
    {
        await using var command = _dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = client });
        await using var reader = await command.ExecuteReaderAsync();
        var secrets = new List<WebhookSecret>();
        while (await reader.ReadAsync()) secrets.Add(Reveal(client, reader.GetGuid(0), reader.GetFieldValue<byte[]>(1)));
        return secrets;
    }

    private WebhookSecret Reveal(Guid client, Guid id, byte[] ciphertext) =>
        WebhookSecret.Parse(Encoding.UTF8.GetString(Protector(client, id).Unprotect(ciphertext)));

    private IDataProtector Protector(Guid client, Guid id) =>
        _protection.CreateProtector("Kyy.Bridge.SigningSecrets", TypeId.Format(TypeId.Client, client), id.ToString());
}

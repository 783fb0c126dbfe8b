using System.Security.Cryptography;
using System.Text;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Upstream;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>
/// Tells whether two upstream keys are equal in value and base URL without keeping either. It is an HMAC and not a plain hash: a key
/// that somebody could guess cannot be confirmed by a copy of the database, since the secret is encrypted there.
/// </summary>
internal sealed class KeyFingerprint(NpgsqlDataSource dataSource, IDataProtectionProvider protection)
{
    private const string Name = "fingerprint";
    private const int SecretBytes = 32;

    private const string CreateSql = "insert into bridge.instance_secrets (name, ciphertext) values ($1, $2) on conflict (name) do nothing";

    private const string ReadSql = "select ciphertext from bridge.instance_secrets where name = $1";

    private byte[]? _secret;

    private IDataProtector Protector => InstanceSecretColumn.Protector(protection, Name);

    /// <summary>The fingerprint of a key: 32 bytes.</summary>
    public async ValueTask<byte[]> OfAsync(UpstreamTarget target, CancellationToken cancellation) =>
        Of(_secret ??= await ReadAsync(cancellation), target);

    /// <summary>Makes the installation's secret where there is none. To be run as a first step of the migration, under its lock.</summary>
    public async Task CreateSecretAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(CreateSql);
        command.Parameters.Add(new() { Value = Name });
        command.Parameters.Add(new() { Value = Protector.Protect(RandomNumberGenerator.GetBytes(SecretBytes)) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // A line break stands in neither of the two, so no other pair makes the same text.
    internal static byte[] Of(ReadOnlySpan<byte> secret, UpstreamTarget target) =>
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{UpstreamOptions.Normal(target.BaseUrl)}\n{target.Key.Reveal()}"));

    private async Task<byte[]> ReadAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(ReadSql);
        command.Parameters.Add(new() { Value = Name });
        return await command.ExecuteScalarAsync(cancellation) is byte[] ciphertext
            ? Protector.Unprotect(ciphertext)
            : throw new InvalidOperationException("The installation's secret for fingerprints is not there: run the verb migrate.");
    }
}

using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace Kyy.Bridge.Secrets;

/// <summary>A known text, encrypted by the ring: who cannot decrypt it can decrypt none of the secrets.</summary>
internal sealed class RingCanary(NpgsqlDataSource dataSource, IDataProtectionProvider protection)
{
    private const string Name = "canary", Text = "The key ring can be read.";

    private const string CreateSql = "insert into bridge.instance_secrets (name, ciphertext) values ($1, $2) on conflict (name) do nothing";

    private const string ReadSql = "select ciphertext from bridge.instance_secrets where name = $1";

    /// <summary>To be run as a first step of the migration, under its lock.</summary>
    public async Task CreateAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(CreateSql);
        command.Parameters.Add(new() { Value = Name });
        command.Parameters.Add(new() { Value = Protector.Protect(Encoding.UTF8.GetBytes(Text)) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What is stored; null before the migration that makes it.</summary>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(ReadSql);
        command.Parameters.Add(new() { Value = Name });
        return await command.ExecuteScalarAsync(cancellation) as byte[];
    }

    public bool IsReadable(byte[] ciphertext)
    {
        try
        {
            return Protector.Unprotect(ciphertext).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(Text));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private IDataProtector Protector => InstanceSecretColumn.Protector(protection, Name);
}

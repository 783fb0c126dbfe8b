using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kyy.Bridge.Secrets;

/// <summary>
/// The verb <c>keys rotate</c>: a new key of the ring, protected by what is configured now, takes over at once, and everything is
/// re-encrypted by it. Replicas may go on: they read by the new key as soon as they meet it, and encrypt by it within seconds.
/// </summary>
internal sealed class RingRotation(
    NpgsqlDataSource dataSource, KeyRingStore store, RingKeys keys, RingCheck check, Reprotection reprotection,
    IOptions<KeyManagementOptions> options, SecretsSettings settings, IServiceProvider services, TimeProvider time)
{
    // Any number, as long as nothing else takes it in this database.
    private const long Lock = 0x6b79_795f_726f_7461;
    private const int MostPasses = 5;

    /// <summary>How long the replicas are given before the last look: several times what they take.</summary>
    public static readonly TimeSpan Settling = 4 * RingWatch.LookEvery;

    /// <param name="resume">Whether to go on with the newest key, after a rotation that was interrupted, instead of making one.</param>
    /// <param name="settling">How long replicas are given before each further pass; <see cref="Settling"/> but in tests.</param>
    /// <param name="output">Where the progress goes.</param>
    /// <param name="errors">Where what could not be done goes.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>The exit code: 0, or 1 where rows are left that another key encrypted.</returns>
    public async Task<int> RunAsync(
        bool resume, TimeSpan settling, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        await using var held = await dataSource.OpenConnectionAsync(cancellation);
        if (!await TryLockAsync(held, cancellation))
        {
            await errors.WriteLineAsync("Another keys rotate is running.");
            return 1;
        }

        try
        {
            await check.RunAsync(cancellation);
            var key = resume ? reprotection.Encrypting() : await keys.AddAsync(cancellation);
            await output.WriteLineAsync($"Key {key} {(resume ? "is the newest" : "was made")}: it encrypts from now on.");
            return await ReprotectAsync(key, settling, output, errors, cancellation);
        }
        finally
        {
            await using var unlock = new NpgsqlCommand("select pg_advisory_unlock($1)", held) { Parameters = { new() { Value = Lock } } };
            await unlock.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private async Task<int> ReprotectAsync(
        Guid key, TimeSpan settling, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var last = await PassAsync(key, output, cancellation);
        for (var pass = 2; pass <= MostPasses; pass++)
        {
            await output.WriteLineAsync($"Waiting {settling.TotalSeconds:0} s for the replicas, for what they still encrypt by the former key.");
            await Task.Delay(settling, time, cancellation);
            last = await PassAsync(key, output, cancellation);
            if (last.Done == 0) break;
        }

        var isProtected = await ProtectRingAsync(output, errors, cancellation);
        if (last.Done > 0)
            await errors.WriteLineAsync("Some process still encrypts by a former key: stop those of the version before, then keys rotate --resume.");
        if (last.Unreadable > 0)
            await errors.WriteLineAsync($"{last.Unreadable} rows are encrypted by no key of the ring, or were changed. They were left alone.");
        return last is { Done: 0, Unreadable: 0 } && isProtected ? 0 : 1;
    }

    private async Task<ReprotectionPass> PassAsync(Guid key, TextWriter output, CancellationToken cancellation)
    {
        var sum = new ReprotectionPass();
        foreach (var column in reprotection.All)
        {
            var pass = await reprotection.RunAsync(column, key, cancellation);
            sum = new(sum.Done + pass.Done, sum.Unreadable + pass.Unreadable);
            var unreadable = pass.Unreadable == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {pass.Unreadable:N0} unreadable");
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"  bridge.{column.Table}.{column.Column}: {pass.Done:N0} re-encrypted{unreadable}"));
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  together: {sum.Done:N0}"));
        return sum;
    }

    // The former keys stay for the sake of old backups' rows and stragglers. Protected as they were, they would be open to whoever has what
    // is being replaced, and the start would go on to ask for it.
    private async Task<bool> ProtectRingAsync(TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        if (!settings.IsProtecting || options.Value.XmlEncryptor is not { } encryptor) return true;
        var (done, failed) = (0, 0);
        foreach (var row in await store.ReadAsync(cancellation))
        {
            if (Protected(row.Key) is { } again)
            {
                await store.ReplaceAsync(row with { Key = again }, cancellation);
                done++;
            }
            else
            {
                failed++;
            }
        }

        await output.WriteLineAsync($"The ring's {done} keys are protected by what is configured now.");
        if (failed > 0) await errors.WriteLineAsync($"{failed} former keys of the ring cannot be read, and stay protected as they are.");
        return failed == 0;

        XElement? Protected(XElement key)
        {
            try
            {
                return RingElement.Protected(key, encryptor, services);
            }
            catch (CryptographicException)
            {
                return null;
            }
        }
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = Lock } } };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}

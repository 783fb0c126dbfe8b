using System.Security.Cryptography;
using System.Xml.Linq;
using Kyy.Bridge.Text;
using Npgsql;

namespace Kyy.Bridge.Secrets;

/// <summary>
/// Looks, before anything else uses it, whether the key ring is there and can be read. A service that started without would refuse what
/// needs a secret one by one, encrypt new ones by a key of its own, and be found out when the backups are gone.
/// </summary>
internal sealed partial class RingCheck(
    KeyRingStore store, RingCanary canary, Reprotection reprotection, SecretsSettings settings, IServiceProvider services,
    ILogger<RingCheck> logger)
{
    private const string Untouched = "Nothing was changed.";

    /// <exception cref="KeyRingException">It is not.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            var keys = (await store.ReadAsync(cancellation)).Select(row => row.Key).ToList();
            if (keys.Count == 0) await RefuseLossAsync(cancellation);
            else await CheckAsync(keys, cancellation);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // Before the first migration there is nothing to read: readiness says what is missing.
        }
    }

    private async Task RefuseLossAsync(CancellationToken cancellation)
    {
        if (await reprotection.FirstEncryptedAsync(cancellation) is not { } place) return;
        throw new KeyRingException(
            $"The key ring (bridge.data_protection_keys) is empty, and {place} holds secrets that it encrypted. {Untouched} "
            + "Restore the ring from the backup that the rest came from.");
    }

    private async Task CheckAsync(List<XElement> keys, CancellationToken cancellation)
    {
        Open(keys.MaxBy(RingElement.ActivationOf)!);
        if (await canary.ReadAsync(cancellation) is { } ciphertext && !canary.IsReadable(ciphertext)) Explain(keys, ciphertext);
        if (settings.IsProtecting && keys.Exists(key => !RingElement.IsProtected(key))) LogUnprotected(logger);
    }

    private void Explain(List<XElement> keys, byte[] ciphertext)
    {
        var id = Ciphertext.KeyOf(ciphertext);
        if (keys.Find(key => RingElement.IdOf(key) == id) is { } used) Open(used);
        throw new KeyRingException(id is null || keys.Exists(key => RingElement.IdOf(key) == id)
            ? $"The key ring does not decrypt what it encrypted: bridge.instance_secrets was changed. {Untouched} Restore both from one backup."
            : $"The key {id}, by which the secrets are encrypted, is not in the key ring (bridge.data_protection_keys). {Untouched} "
              + "Restore the ring from the backup that the rest came from.");
    }

    private void Open(XElement key)
    {
        try
        {
            RingElement.Open(key, services);
        }
        catch (Exception refusal) when (refusal is CryptographicException or FormatException or TypeLoadException or InvalidOperationException)
        {
            // A certificate that is missing says so in the framework's own words, without a name: the key's id has to do.
            throw new KeyRingException(
                $"The key {RingElement.IdOf(key)} of the key ring cannot be read: {StorableText.From(refusal.Message, 500)} {Untouched} "
                + "Give the certificate or key that protects it: in Bridge:Secrets:Certificate or Bridge:Secrets:Key, or, where another one has "
                + "taken its place, in Bridge:Secrets:PreviousCertificates or Bridge:Secrets:PreviousKeys.");
        }
    }

    [LoggerMessage(
        3401, LogLevel.Warning,
        "The key ring holds keys that are not protected by what Bridge:Secrets configures: the verb keys rotate protects all of it")]
    private static partial void LogUnprotected(ILogger logger);
}

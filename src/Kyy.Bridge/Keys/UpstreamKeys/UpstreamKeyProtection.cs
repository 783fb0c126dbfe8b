using System.Security.Cryptography;
using System.Text;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Upstream;
using Microsoft.AspNetCore.DataProtection;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>
/// Encrypts the clients' upstream keys, each for its client, its row and its base URL: a ciphertext that is copied to another row, or
/// whose row is given another base URL, is worth nothing there.
/// </summary>
internal sealed class UpstreamKeyProtection(IDataProtectionProvider protection) : IReprotectable
{
    string IReprotectable.Table => "upstream_keys";

    string IReprotectable.Column => "ciphertext";

    IReadOnlyList<string> IReprotectable.Of { get; } = ["t.client_id", "t.id", "t.base_url"];

    IDataProtector IReprotectable.Protector(IReadOnlyList<string> of) => Protector(Guid.Parse(of[0]), Guid.Parse(of[1]), of[2]);

    public byte[] Protect(Guid client, Guid id, UpstreamTarget target) =>
        Protector(client, id, UpstreamOptions.Normal(target.BaseUrl)).Protect(Encoding.UTF8.GetBytes(target.Key.Reveal()));

    /// <summary>The key of a row; null where it cannot be read.</summary>
    public UpstreamTarget? Reveal(Guid client, Guid id, string baseUrl, byte[] ciphertext)
    {
        try
        {
            // Before the base URL is read: one that was tampered with is found out here.
            var key = Encoding.UTF8.GetString(Protector(client, id, baseUrl).Unprotect(ciphertext));
            return new(new(baseUrl), new(key));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private IDataProtector Protector(Guid client, Guid id, string baseUrl) =>
        protection.CreateProtector("Kyy.Bridge.UpstreamKeys", TypeId.Format(TypeId.Client, client), id.ToString(), baseUrl);
}

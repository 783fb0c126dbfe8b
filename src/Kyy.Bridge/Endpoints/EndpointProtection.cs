using System.Text;
using System.Text.Json;
using Kyy.Bridge.Client.Signing;
using Microsoft.AspNetCore.DataProtection;

namespace Kyy.Bridge.Endpoints;

/// <summary>
/// Encrypts endpoints' secrets and headers, each for its client and its row: a ciphertext that is copied to another one
/// is worth nothing there.
/// </summary>
internal sealed class EndpointProtection(IDataProtectionProvider protection)
{
    private readonly EndpointSecretColumn _secrets = new(protection);
    private readonly EndpointHeaderColumn _headers = new(protection);

    public byte[] Protect(Guid client, Guid id, WebhookSecret secret) =>
        SecretProtector(client, id).Protect(Encoding.UTF8.GetBytes(secret.Reveal()));

    /// <exception cref="System.Security.Cryptography.CryptographicException">It cannot be read.</exception>
    public WebhookSecret Reveal(Guid client, Guid id, byte[] ciphertext) =>
        WebhookSecret.Parse(Encoding.UTF8.GetString(SecretProtector(client, id).Unprotect(ciphertext)));

    /// <summary>Null for no headers.</summary>
    public byte[]? ProtectHeaders(Guid client, Guid endpoint, IReadOnlyList<KeyValuePair<string, string>> headers) => headers.Count == 0
        ? null
        : HeadersProtector(client, endpoint).Protect(JsonSerializer.SerializeToUtf8Bytes(headers.ToDictionary()));

    /// <exception cref="System.Security.Cryptography.CryptographicException">They cannot be read.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> RevealHeaders(Guid client, Guid endpoint, byte[]? ciphertext) => ciphertext is null
        ? []
        : [.. JsonSerializer.Deserialize<Dictionary<string, string>>(HeadersProtector(client, endpoint).Unprotect(ciphertext))!];

    private IDataProtector SecretProtector(Guid client, Guid id) =>
        _secrets.Protector([client.ToString(), id.ToString()]);

    private IDataProtector HeadersProtector(Guid client, Guid endpoint) =>
        _headers.Protector([client.ToString(), endpoint.ToString()]);
}

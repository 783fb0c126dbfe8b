using System.Security.Cryptography;
using System.Text;
using Kyy.Bridge.Keys;

namespace Kyy.Bridge.Http;

/// <summary>A request that carries an Idempotency-Key: whose it is, where it goes, and what makes it the same request.</summary>
internal sealed record IdempotentRequest(Guid Owner, string Path, string Key, byte[] Fingerprint)
{
    public const string Header = "Idempotency-Key";

    private const int LongestKey = 255, LongestPath = 512;

    /// <summary>What its turn is taken by.</summary>
    public string Name => NameOf(Owner, Path, Key);

    public static string NameOf(Guid owner, string path, string key) => $"{owner:n} {path} {key}";

    /// <summary>Reads the header; null without one.</summary>
    public static (IdempotentRequest? Request, ProblemResult? Refusal) Read(HttpContext context, JsonBody? body)
    {
        var values = context.Request.Headers[Header];
        if (values.Count == 0) return default;
        if (values is not [{ Length: > 0 and <= LongestKey } key] || !key.All(character => character is > ' ' and < '\x7f'))
            return (null, Problems.Validation(Header, $"must be 1 to {LongestKey} visible ASCII characters"));

        return (new(Caller.Of(context).Owner, PathOf(context.Request), key, FingerprintOf(context.Request, body)), null);
    }

    // A longer path than any route's would not fit into the index; it is answered with 404, alike each time.
    private static string PathOf(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        return path.Length <= LongestPath ? path : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)));
    }

    // For whom an admin acts is part of what is asked: one client's answer must not be given as another's.
    private static byte[] FingerprintOf(HttpRequest request, JsonBody? body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Headers[OnBehalfOf.Header]}\n"));
        if (body is not null) hash.AppendData(body.Bytes.Span);
        return hash.GetHashAndReset();
    }
}

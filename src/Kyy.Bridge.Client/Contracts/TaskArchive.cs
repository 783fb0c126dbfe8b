namespace Kyy.Bridge.Client.Contracts;

/// <summary>A copy of the video that outlives the upstream's link.</summary>
/// <param name="State">How far the copy is.</param>
/// <param name="Bytes">Its length; null until it is known.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal; null until the copy is complete.</param>
/// <param name="Url">Where it can be fetched; null until it can be.</param>
/// <param name="ExpiresAt">Until when; null where nobody has set an end.</param>
public sealed record TaskArchive(string State, long? Bytes, string? Sha256, string? Url, DateTimeOffset? ExpiresAt);

namespace Kyy.Bridge.Keys;

/// <summary>A secret of the installation itself, encrypted by the key ring.</summary>
internal sealed class InstanceSecret
{
    public required string Name { get; init; }
    public required byte[] Ciphertext { get; init; }
}

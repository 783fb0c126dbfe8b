namespace Kyy.Bridge.Persistence;

/// <summary>One key of the ring that secrets are encrypted with.</summary>
internal sealed class DataProtectionKey
{
    public int Id { get; init; }
    public required string Xml { get; init; }
}

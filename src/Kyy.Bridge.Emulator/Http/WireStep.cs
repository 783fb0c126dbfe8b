namespace Kyy.Bridge.Emulator.Http;

/// <summary>A part of what goes over the wire: <see cref="Bytes"/>, <see cref="Blocks"/> or <see cref="Pause"/>.</summary>
internal abstract record WireStep
{
    private WireStep()
    {
    }

    /// <summary>These bytes, at once.</summary>
    internal sealed record Bytes(ReadOnlyMemory<byte> Content) : WireStep;

    /// <summary>So many blocks, each made when it is its turn, so that an answer of any size takes the memory of one.</summary>
    internal sealed record Blocks(long Count, Func<long, ReadOnlyMemory<byte>> Block) : WireStep;

    /// <summary>Nothing for a while; null is until the asker hangs up.</summary>
    internal sealed record Pause(TimeSpan? For) : WireStep;
}

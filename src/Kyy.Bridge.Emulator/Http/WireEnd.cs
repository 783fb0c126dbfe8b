namespace Kyy.Bridge.Emulator.Http;

/// <summary>What becomes of the connection after the last byte.</summary>
internal enum WireEnd
{
    /// <summary>Closed in order (FIN).</summary>
    Close,

    /// <summary>Torn down (RST).</summary>
    Reset,
}

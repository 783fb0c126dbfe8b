namespace Kyy.Bridge.Emulator.Upstream.Secure;

/// <summary>What is right or wrong about a listener of https (E22).</summary>
internal enum TlsCondition
{
    /// <summary>Nothing is wrong, for an asker that trusts <see cref="EmulatedAuthority"/>.</summary>
    Valid,
    Expired,

    /// <summary>Of another host.</summary>
    WrongName,

    /// <summary>Not of the authority.</summary>
    SelfSigned,

    /// <summary>The connection is torn down after the asker's first words.</summary>
    HandshakeCut,

    /// <summary>The listener insists on TLS 1.1.</summary>
    OldVersion,
}

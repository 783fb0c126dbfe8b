using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kyy.Bridge.Emulator.Upstream.Secure;

/// <summary>The listeners of https, on free ports of this machine.</summary>
internal static class SecureListeners
{
    /// <summary>
    /// A server's first words in TLS 1.1, written out: the library of this machine may refuse to speak it at all, and an asker that
    /// would agree to it then went unnoticed.
    /// </summary>
    private static readonly byte[] OldServerHello =
    [
        0x16, 0x03, 0x02, 0x00, 0x31, // a handshake record of TLS 1.1, 49 bytes long
        0x02, 0x00, 0x00, 0x2D, 0x03, 0x02, // ServerHello, 45 bytes long, TLS 1.1
        .. Enumerable.Repeat((byte)0x5A, 32), // its random
        0x00, 0x00, 0x2F, 0x00, // no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression
        0x00, 0x05, 0xFF, 0x01, 0x00, 0x01, 0x00, // renegotiation_info: the version is all that is wrong
    ];

    public static void Listen(KestrelServerOptions kestrel, EmulatorOptions options, EmulatedAuthority authority)
    {
        var protocols = options.Http2 ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        foreach (var condition in options.Tls)
            kestrel.Listen(IPAddress.Loopback, 0, listen => SetUp(listen, condition, protocols, authority));
    }

    private static void SetUp(ListenOptions listen, TlsCondition condition, HttpProtocols protocols, EmulatedAuthority authority)
    {
        listen.Protocols = protocols;
        switch (condition)
        {
            case TlsCondition.HandshakeCut:
                listen.Use(_ => CutAsync);
                break;
            case TlsCondition.OldVersion:
                listen.Use(_ => InsistAsync);
                break;
            default:
                listen.UseHttps(authority.Issue(condition));
                break;
        }
    }

    private static async Task CutAsync(ConnectionContext connection)
    {
        await connection.Transport.Input.ReadAsync(connection.ConnectionClosed);
        connection.Abort(new ConnectionAbortedException("in the middle of the handshake"));
    }

    private static async Task InsistAsync(ConnectionContext connection)
    {
        var hello = await connection.Transport.Input.ReadAsync(connection.ConnectionClosed);
        connection.Transport.Input.AdvanceTo(hello.Buffer.End);
        await connection.Transport.Output.WriteAsync(OldServerHello, connection.ConnectionClosed);
        // Its refusal, or its going on: either way there is nothing more to say.
        await connection.Transport.Input.ReadAsync(connection.ConnectionClosed);
    }
}

using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Kyy.Bridge.Emulator.Http;

/// <summary>One connection of an asker: a feature of each of its requests.</summary>
internal sealed class ClientConnection(ConnectionContext connection)
{
    /// <summary>What the answer goes into: in https it is encrypted from here on.</summary>
    public PipeWriter Transport => connection.Transport.Output;

    /// <summary>What goes into the socket. Taken before anything is put in between.</summary>
    public PipeWriter Socket { get; } = connection.Transport.Output;

    public CancellationToken Closed => connection.ConnectionClosed;

    /// <summary>Said of a connection that was promised to stay: its next request is not read, and ends it.</summary>
    public bool IsStale { get; set; }
}

using System.Net;
using System.Net.Sockets;

namespace Kyy.Bridge.Tests.Faults.Database;

/// <summary>
/// Ports that stay free while nothing listens on them: below those that the system gives to connections, which would take the port of a
/// server that is down for a moment.
/// </summary>
internal static class LoopbackPort
{
    private const int First = 12_000, Count = 18_000, Stride = 37;

    private static int _next = Environment.ProcessId * Stride;

    public static int Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _next) & int.MaxValue) % Count;
            if (IsFree(port)) return port;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

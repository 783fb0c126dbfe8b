using System.Net;
using System.Net.Sockets;

namespace Kyy.Bridge.Emulator.Demo;

internal static class FreePort
{
    /// <summary>An address of this machine on which nothing listens now: the service has to be told one before it starts.</summary>
    public static Uri Address()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        return new($"http://{taken.LocalEndpoint}");
    }
}

using System.Net.Sockets;
using System.Text;

namespace Kyy.Bridge.Tests.Emulator;

/// <summary>
/// All that came over a connection, to the byte, and how it ended: past an HTTP client, which would mend what is to be seen broken.
/// </summary>
/// <param name="Bytes">From the first to the last.</param>
/// <param name="WasReset">Whether the connection ended by a reset and not in order.</param>
internal sealed record RawReply(byte[] Bytes, bool WasReset)
{
    public string Text => Encoding.Latin1.GetString(Bytes);

    public string Head => Text.Split("\r\n\r\n")[0];

    public string StatusLine => Text.Split("\r\n")[0];

    public byte[] BodyBytes => Bytes[(Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    public string Body => Encoding.UTF8.GetString(BodyBytes);

    /// <summary>Asks once for an id, and reads until the connection ends.</summary>
    public static async Task<RawReply> AskAsync(EmulatorFixture emulator, string id, string? header = null)
    {
        using var connection = await OpenAsync(emulator, id, header);
        return await ReadAsync(connection);
    }

    /// <summary>Sends the request for an id.</summary>
    public static async Task<TcpClient> OpenAsync(EmulatorFixture emulator, string id, string? header = null)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", emulator.Server.ControlUrl.Port, TestContext.Current.CancellationToken);
        await SendAsync(emulator, connection, id, header is null ? "close" : $"close\r\n{header}");
        return connection;
    }

    public static async Task SendAsync(EmulatorFixture emulator, TcpClient connection, string id, string keepAlive) =>
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {emulator.UrlOf(id).PathAndQuery} HTTP/1.1\r\nHost: {emulator.Server.ControlUrl.Authority}\r\nAccept: application/json\r\n"
            + $"Authorization: Bearer {EmulatorFixture.Key}\r\nConnection: {keepAlive}\r\n\r\n"), TestContext.Current.CancellationToken);

    /// <summary>Reads so many bytes, or until the connection ends.</summary>
    public static async Task<RawReply> ReadAsync(TcpClient connection, int most = int.MaxValue)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(EmulatorFixture.Patience);
        var (read, buffer) = (new MemoryStream(), new byte[64 * 1024]);
        try
        {
            while (read.Length < most)
            {
                var room = buffer.AsMemory(0, (int)Math.Min(buffer.Length, most - read.Length));
                var count = await connection.GetStream().ReadAsync(room, patience.Token);
                if (count == 0) break;
                read.Write(buffer, 0, count);
            }

            return new(read.ToArray(), false);
        }
        catch (IOException)
        {
            return new(read.ToArray(), true);
        }
    }
}

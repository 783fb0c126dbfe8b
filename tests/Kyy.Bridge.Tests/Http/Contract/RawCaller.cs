using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Kyy.Bridge.Tests.Emulator;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>A request to the byte, past an HTTP client, which would mend what is to be sent broken.</summary>
/// <param name="How">What is wrong with it.</param>
/// <param name="Bytes">All of it.</param>
/// <param name="IsHttp">Whether it is HTTP at all: what is not, the server refuses by itself, before there is anything to answer as.</param>
internal sealed record RawRequest(string How, byte[] Bytes, bool IsHttp)
{
    /// <summary>Whether an answer to it, if it is none that refuses, has no end.</summary>
    public bool IsEndless { get; init; }

    /// <summary>The beginning, for a failing test's message.</summary>
    public string Start => Encoding.Latin1.GetString(Bytes.AsSpan(0, Math.Min(Bytes.Length, 1500)));
}

/// <summary>What came back.</summary>
/// <param name="Status">0 where nothing did.</param>
/// <param name="ContentType">Without its parameters; null for none.</param>
/// <param name="Body">Its text.</param>
internal sealed record RawAnswer(int Status, string? ContentType, string Body);

/// <summary>Sends requests, each on a connection of its own.</summary>
internal sealed class RawCaller(Uri address)
{
    private const string EndOfHead = "\r\n\r\n", ContentType = "content-type:", Chunked = "transfer-encoding: chunked", Ok = "HTTP/1.1 200 OK\r\n";

    public async Task<RawAnswer> SendAsync(RawRequest request)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        try
        {
            await connection.GetStream().WriteAsync(request.Bytes, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // The server has answered and gone before it had read everything: what it said can still be read.
        }

        var start = request.IsEndless ? (await RawReply.ReadAsync(connection, Ok.Length)).Text : "";
        return start == Ok ? new(200, null, "") : Read(start + (await RawReply.ReadAsync(connection)).Text);
    }

    private static RawAnswer Read(string reply)
    {
        if (!reply.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)) return new(0, null, reply);
        var end = reply.IndexOf(EndOfHead, StringComparison.Ordinal);
        var (head, body) = (reply[..end], reply[(end + EndOfHead.Length)..]);
        var type = head.Split("\r\n").FirstOrDefault(line => line.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase));
        if (head.Contains(Chunked, StringComparison.OrdinalIgnoreCase)) body = Joined(body);
        return new(
            int.Parse(reply.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture),
            type?[ContentType.Length..].Split(';')[0].Trim(),
            Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)));
    }

    private static string Joined(string chunks)
    {
        var whole = new StringBuilder();
        for (var at = 0; ;)
        {
            var line = chunks.IndexOf("\r\n", at, StringComparison.Ordinal);
            var length = int.Parse(chunks.AsSpan(at, line - at), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0) return whole.ToString();
            whole.Append(chunks, line + 2, length);
            at = line + 2 + length + 2;
        }
    }
}

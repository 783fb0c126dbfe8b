using System.Runtime.CompilerServices;
using System.Text;

namespace Kyy.Bridge.Client;

/// <summary>One block of a stream of server-sent events.</summary>
/// <param name="Id">The last id that was given, in this block or before.</param>
/// <param name="Data">Its data; null where it has none.</param>
/// <param name="Lines">Of how many lines the data is.</param>
internal readonly record struct ServerSentEvent(string? Id, string? Data, int Lines);

/// <summary>
/// Reads server-sent events. The framework's parser passes over blocks without data, by which the service tells how far a reader has
/// come while nothing happens.
/// </summary>
internal static class ServerSentEvents
{
    public static async IAsyncEnumerable<ServerSentEvent> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken stop)
    {
        // Its lines end as the format's do: with CR LF, LF or CR.
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string? id = null;
        StringBuilder? data = null;
        var (lines, isBegun) = (0, false);
        while (await reader.ReadLineAsync(stop) is { } line)
        {
            if (line.Length > 0)
            {
                isBegun = true;
                var (field, value) = Field(line);
                if (field == "id" && !value.Contains('\0')) id = value;
                if (field != "data") continue;
                data = data is null ? new(value) : data.Append('\n').Append(value);
                lines++;
                continue;
            }

            // A block that the stream's end cut off is none.
            if (isBegun) yield return new(id, data?.ToString(), lines);
            (data, lines, isBegun) = (null, 0, false);
        }
    }

    private static (string Field, string Value) Field(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return (line, "");
        var value = line[(colon + 1)..];
        return (line[..colon], value.StartsWith(' ') ? value[1..] : value);
    }
}

using System.Collections.Immutable;
using System.Text;
using Kyy.Bridge.Emulator.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>The task's answer in HTTP that is unusual or none (E24).</summary>
internal sealed record HttpOddityFault : AnswerFault
{
    private const int Informational = 1000;
    private const int HeaderBytes = 256 * 1024;

    private static readonly byte[] Hint = [.. "HTTP/1.1 103 Early Hints\r\n\r\n"u8];

    public required HttpOddity Kind { get; init; }

    public override IAnswer Of(Asked asked)
    {
        var answer = asked.Ordinary(As);
        return Kind == HttpOddity.Stale
            ? new StaleAnswer(answer)
            : new WireAnswer(answer.StatusCode, Steps(answer, asked.UtcNow))
            {
                EndsTask = answer.EndsTask && Kind is (HttpOddity.Http10 or HttpOddity.ClosedAfter),
            };
    }

    private ImmutableArray<WireStep> Steps(RawAnswer answer, DateTimeOffset date)
    {
        var length = RawHead.Length(answer.Body.Length);
        var body = new WireStep.Bytes(answer.Body);
        return Kind switch
        {
            HttpOddity.TwoLengths => [Head(length, RawHead.Length(answer.Body.Length - 7)), body],
            HttpOddity.BadChunk => [Head("Transfer-Encoding: chunked"), Text("zz\r\n"), body, Text("\r\n0\r\n\r\n")],
            HttpOddity.InformationalFlood => [new WireStep.Blocks(Informational, _ => Hint), Head(length), body],
            HttpOddity.HugeHeaders => [Head(length, $"X-Padding: {new string('x', HeaderBytes)}"), body],
            HttpOddity.Http10 => [new WireStep.Bytes(RawHead.Of("HTTP/1.0", answer, date)), body],
            HttpOddity.ClosedAfter => [Head(length, "Connection: keep-alive"), body],
            _ => throw new InvalidOperationException($"{Kind}"),
        };

        WireStep Head(params string[] framing) => new WireStep.Bytes(RawHead.Of(answer, date, framing));
    }

    private static WireStep Text(string text) => new WireStep.Bytes(Encoding.ASCII.GetBytes(text));
}

internal enum HttpOddity
{
    TwoLengths,

    /// <summary>A chunk whose size is no number.</summary>
    BadChunk,

    /// <summary>A thousand 103 before the answer.</summary>
    InformationalFlood,

    /// <summary>One of 256 KiB.</summary>
    HugeHeaders,

    /// <summary>HTTP/1.0: no length, and the connection closes.</summary>
    Http10,

    /// <summary>The connection is promised to stay, and closes at once.</summary>
    ClosedAfter,

    /// <summary>The connection stays, and closes when the next request comes over it, unread. That request is no poll.</summary>
    Stale,
}

/// <summary>The ordinary answer, over a connection that will not take another request.</summary>
internal sealed record StaleAnswer(RawAnswer Answer) : IAnswer
{
    public int StatusCode => Answer.StatusCode;

    public bool EndsTask => Answer.EndsTask;

    public string? RetryAfter => Answer.RetryAfter;

    public Task<bool> SendAsync(HttpContext context, TimeProvider time, Action sending)
    {
        context.Features.GetRequiredFeature<ClientConnection>().IsStale = true;
        return Answer.SendAsync(context, sending);
    }
}

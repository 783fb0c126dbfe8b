using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>A page for people (E5), of a code and a type.</summary>
internal sealed record HtmlFault : Fault
{
    private static readonly byte[] Page = Encoding.UTF8.GetBytes(
        "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1>"
        + $"<p>{string.Join(' ', Enumerable.Repeat("The page cannot be shown.", 40))}</p></body></html>");

    public int Code { get; init; } = StatusCodes.Status200OK;

    public string ContentType { get; init; } = "text/html; charset=utf-8";

    public override IAnswer Of(Asked asked) => new RawAnswer(Code, ContentType, Page);

    public override void Check() => Codes.Check(Code);
}

/// <summary>The answer, cut off (E6).</summary>
internal sealed record TruncatedFault : AnswerFault
{
    /// <summary>How much of it is sent, from 0 to below 1.</summary>
    public double Keep { get; init; } = 0.5;

    /// <summary><c>short</c> is the length of what is sent; <c>full</c> that of the whole, before which the connection closes.</summary>
    public TruncatedLength Length { get; init; }

    public override IAnswer Of(Asked asked)
    {
        var whole = asked.Ordinary(As);
        var part = whole.Body[..(int)(whole.Body.Length * Keep)];
        return Length == TruncatedLength.Short
            ? whole with { Body = part, EndsTask = false }
            : new WireAnswer(whole.StatusCode,
            [
                new WireStep.Bytes(RawHead.Of(whole, asked.UtcNow, RawHead.Length(whole.Body.Length))),
                new WireStep.Bytes(part),
            ]);
    }

    public override void Check()
    {
        if (Keep is not (>= 0 and < 1)) throw new ArgumentException("'keep' is from 0 to below 1.");
    }
}

internal enum TruncatedLength
{
    Short,
    Full,
}

/// <summary>No content (E7): 200, 202, 204 or 304.</summary>
internal sealed record EmptyFault : Fault
{
    public int Code { get; init; } = StatusCodes.Status200OK;

    public override IAnswer Of(Asked asked) => new RawAnswer(Code);

    public override void Check() => Codes.Check(Code);
}

/// <summary>JSON that is no object (E8), or is another one.</summary>
internal sealed record JsonValueFault : Fault
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public required JsonElement Value { get; init; }

    public override IAnswer Of(Asked asked) => RawAnswer.Json(StatusCodes.Status200OK, Value.GetRawText());
}

/// <summary>The answer of two backends in turn (E37), of which one is behind.</summary>
internal sealed record StaleReplicaFault : Fault
{
    /// <summary>By how much; of the upstream's own time. A task that goes by polls is one behind.</summary>
    public TimeSpan Behind { get; init; } = TimeSpan.FromMinutes(2);

    public override IAnswer Of(Asked asked) => asked.Task is not { } task || asked.Match % 2 == 1
        ? asked.Ordinary()
        : asked.Ordinary(task.StatusAt(asked.Poll.At - asked.Options.Scale(Behind), Math.Max(1, asked.Poll.Number - 1)));
}

/// <summary>The task's answer by a server whose clock is wrong by so much (E38).</summary>
internal sealed record DateSkewFault : AnswerFault
{
    public required TimeSpan By { get; init; }

    public override IAnswer Of(Asked asked) => asked.Ordinary(As).WithHeader("Date", RetryAfterHeader.Of(asked.UtcNow + By));
}

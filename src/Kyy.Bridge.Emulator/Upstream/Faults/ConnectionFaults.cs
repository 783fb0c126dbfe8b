using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>The connection ends where it should not (E23).</summary>
internal abstract record CutFault : AnswerFault
{
    public CutPlace At { get; init; } = CutPlace.BeforeHeaders;

    public sealed override bool AtAccept => At == CutPlace.Accept;

    protected abstract WireEnd End { get; }

    public sealed override IAnswer Of(Asked asked)
    {
        if (At != CutPlace.MidBody) return new WireAnswer(0, [], End);
        var answer = asked.Ordinary(As);
        return new WireAnswer(answer.StatusCode,
        [
            new WireStep.Bytes(RawHead.Of(answer, asked.UtcNow, RawHead.Length(answer.Body.Length))),
            new WireStep.Bytes(answer.Body[..(answer.Body.Length / 2)]),
        ], End);
    }
}

/// <summary>By RST.</summary>
internal sealed record ResetFault : CutFault
{
    protected override WireEnd End => WireEnd.Reset;
}

/// <summary>By FIN.</summary>
internal sealed record CloseFault : CutFault
{
    protected override WireEnd End => WireEnd.Close;
}

internal enum CutPlace
{
    /// <summary>
    /// As soon as it is opened: the rule then has no condition but a window and a probability, and the control routes are shut out too.
    /// </summary>
    Accept,

    /// <summary>After the request was read.</summary>
    BeforeHeaders,
    MidBody,
}

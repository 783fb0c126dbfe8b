using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>The answer, a few bytes at a time (E19).</summary>
internal sealed record DripFault : AnswerFault
{
    /// <summary>From one part to the next; of the upstream's own time.</summary>
    public TimeSpan Between { get; init; } = TimeSpan.FromSeconds(1);

    public int Bytes { get; init; } = 1;

    /// <summary>Whether the head drips too.</summary>
    public bool Head { get; init; }

    public override IAnswer Of(Asked asked)
    {
        var answer = asked.Ordinary(As);
        var head = RawHead.Of(answer, asked.UtcNow, RawHead.Length(answer.Body.Length));
        var pause = new WireStep.Pause(asked.Options.Scale(Between));
        ImmutableArray<WireStep> steps = Head
            ? [.. Drops(head, pause), .. Drops(answer.Body, pause)]
            : [new WireStep.Bytes(head), .. Drops(answer.Body, pause)];
        return new WireAnswer(answer.StatusCode, steps) { EndsTask = answer.EndsTask };
    }

    public override void Check()
    {
        if (Bytes < 1 || Between <= TimeSpan.Zero) throw new ArgumentException("'bytes' and 'between' are more than nothing.");
    }

    private IEnumerable<WireStep> Drops(ReadOnlyMemory<byte> bytes, WireStep pause)
    {
        for (var at = 0; at < bytes.Length; at += Bytes)
        {
            yield return new WireStep.Bytes(bytes.Slice(at, Math.Min(Bytes, bytes.Length - at)));
            yield return pause;
        }
    }
}

/// <summary>The answer, with a pause in it (E19).</summary>
internal sealed record StallFault : AnswerFault
{
    public StallPlace At { get; init; }

    /// <summary>Of the upstream's own time; null is until the asker hangs up.</summary>
    public TimeSpan? For { get; init; }

    public override IAnswer Of(Asked asked)
    {
        var answer = asked.Ordinary(As);
        var head = RawHead.Of(answer, asked.UtcNow, RawHead.Length(answer.Body.Length));
        var half = answer.Body.Length / 2;
        WireStep pause = new WireStep.Pause(For is { } length ? asked.Options.Scale(length) : null);
        var (first, second) = At switch
        {
            StallPlace.BeforeHeaders => (default, (ReadOnlyMemory<byte>)(byte[])[.. head.Span, .. answer.Body.Span]),
            StallPlace.AfterHeaders => (head, answer.Body),
            StallPlace.MidBody => ((byte[])[.. head.Span, .. answer.Body.Span[..half]], answer.Body[half..]),
            _ => throw new InvalidOperationException($"{At}"),
        };
        return new WireAnswer(At == StallPlace.BeforeHeaders && For is null ? 0 : answer.StatusCode,
            [new WireStep.Bytes(first), pause, new WireStep.Bytes(second)])
        { EndsTask = answer.EndsTask };
    }

    public override void Check()
    {
        if (For < TimeSpan.Zero) throw new ArgumentException("'for' is not negative.");
    }
}

internal enum StallPlace
{
    BeforeHeaders,
    AfterHeaders,
    MidBody,
}

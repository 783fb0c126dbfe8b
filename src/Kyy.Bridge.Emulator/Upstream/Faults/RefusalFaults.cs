using System.Text.Json;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>
/// Too many requests (E1 to E3), without a <c>Retry-After</c> or with one as it is written here. What is on the wire is not scaled:
/// 7 are seven of the asker's seconds.
/// </summary>
internal sealed record ThrottleFault : Fault
{
    public string? RetryAfter { get; init; }

    /// <summary>Instead: a date so far ahead, or behind.</summary>
    public TimeSpan? RetryAfterDate { get; init; }

    public override IAnswer Of(Asked asked)
    {
        var answer = RawAnswer.Message(StatusCodes.Status429TooManyRequests, "too many requests");
        var header = RetryAfterDate is { } ahead ? RetryAfterHeader.Of(asked.UtcNow + ahead) : RetryAfter;
        return header is null ? answer : answer.WithHeader("Retry-After", header);
    }

    public override void Check()
    {
        if (RetryAfter is not null && RetryAfterDate is not null) throw new ArgumentException("'throttle' takes one form of Retry-After.");
    }
}

/// <summary>Any code, with one sentence (E4, E35).</summary>
internal sealed record StatusFault : Fault
{
    public required int Code { get; init; }

    public string? RetryAfter { get; init; }

    public string Message { get; init; } = "the service is not available";

    public override IAnswer Of(Asked asked)
    {
        var answer = RawAnswer.Message(Code, Message);
        return RetryAfter is null ? answer : answer.WithHeader("Retry-After", RetryAfter);
    }

    public override void Check() => Codes.Check(Code);
}

/// <summary>The key is refused (E25, E26), by the code or within a 200.</summary>
internal sealed record KeyRefusedFault : Fault
{
    /// <summary>401 revoked, 402 not paid for, 403 not allowed.</summary>
    public int Code { get; init; } = StatusCodes.Status401Unauthorized;

    /// <summary>Says it as a 200 whose <c>code</c> this is.</summary>
    public bool Envelope { get; init; }

    private string Sentence => Code switch
    {
        StatusCodes.Status402PaymentRequired => "insufficient balance",
        StatusCodes.Status403Forbidden => "forbidden",
        _ => "invalid api key",
    };

    public override IAnswer Of(Asked asked) => Envelope
        ? RawAnswer.Json(StatusCodes.Status200OK, $$"""{"code":{{Code}},"msg":"{{Sentence}}","data":null}""")
        : RawAnswer.Message(Code, Sentence);

    public override void Check()
    {
        if (Code is not (401 or 402 or 403)) throw new ArgumentException("'code' of 'key_refused' is 401, 402 or 403.");
    }
}

/// <summary>There is no such task (E27, E28), in one of the forms that this is said in.</summary>
internal sealed record NotFoundFault : Fault
{
    public NotFoundForm Form { get; init; }

    public override IAnswer Of(Asked asked) => Form switch
    {
        NotFoundForm.Message => OrdinaryAnswers.UnknownTask,
        NotFoundForm.Envelope => RawAnswer.Json(StatusCodes.Status200OK, """{"code":-1,"msg":"task not found","data":null}"""),
        NotFoundForm.NullId => RawAnswer.Json(StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = (string?)null,
            @object = "error",
            created = asked.UtcNow.ToUnixTimeSeconds(),
            model = (string?)null,
            status = "failed",
            error = "task not found",
        })),
        _ => throw new InvalidOperationException($"{Form}"),
    };
}

internal enum NotFoundForm
{
    /// <summary>404 and a sentence.</summary>
    Message,

    /// <summary>200 and <c>{"code":-1,…,"data":null}</c>.</summary>
    Envelope,

    /// <summary>200, and the object by which the create call says that it failed: to a hasty reader a failed task.</summary>
    NullId,
}

/// <summary>The route is not there (E29): a wrong base URL, say.</summary>
internal sealed record NoRouteFault : Fault
{
    public override IAnswer Of(Asked asked) => OrdinaryAnswers.NoHandler("GET", asked.Target);
}

/// <summary>To somewhere else (E21).</summary>
internal sealed record RedirectFault : Fault
{
    public int Code { get; init; } = StatusCodes.Status302Found;

    public RedirectTarget To { get; init; }

    /// <summary>Instead of <see cref="To"/>: as written.</summary>
    public string? Location { get; init; }

    public override IAnswer Of(Asked asked) => new RawAnswer(Code).WithHeader("Location", Location ?? To switch
    {
        RedirectTarget.SameHost => $"{asked.Options.PathBase}/v1/elsewhere/{Uri.EscapeDataString(asked.Id)}",
        RedirectTarget.OtherHost => $"https://elsewhere.example.test{asked.Target}",
        RedirectTarget.Downgrade => $"http://{asked.Self.Authority}{asked.Options.PathBase}/v1/elsewhere/{Uri.EscapeDataString(asked.Id)}",
        RedirectTarget.Loop => asked.Target,
        _ => throw new InvalidOperationException($"{To}"),
    });

    public override void Check()
    {
        if (Code is not (301 or 302 or 303 or 307 or 308))
            throw new ArgumentException("'code' of 'redirect' is 301, 302, 303, 307 or 308.");
    }
}

internal enum RedirectTarget
{
    /// <summary>Another path of this upstream, which is counted as <c>unrouted</c> when it is asked for.</summary>
    SameHost,

    /// <summary>A host that does not exist; <see cref="RedirectFault.Location"/> names one that does.</summary>
    OtherHost,

    /// <summary>From https to http.</summary>
    Downgrade,

    /// <summary>To itself.</summary>
    Loop,
}

internal static class Codes
{
    public static void Check(int code)
    {
        if (code is < 200 or > 599) throw new ArgumentException("'code' is from 200 to 599.");
    }
}

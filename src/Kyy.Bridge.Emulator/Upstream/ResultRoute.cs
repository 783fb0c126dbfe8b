using System.Collections.Concurrent;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Limits;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary><c>GET {PathBase}/v1/result/{id}</c>.</summary>
internal sealed class ResultRoute(
    EmulatorOptions options, MonotonicClock clock, EmulatedTasks tasks, EmulatedKeys keys, FaultRules faults, PollLedger ledger)
{
    private readonly string _prefix = options.PathBase + "/v1/result/";
    private readonly ConcurrentDictionary<string, Func<int, RawAnswer?>> _scripts = new(StringComparer.Ordinal);
    private volatile Limiters _limiters = new(options.Limits, options.TimeScale, clock);

    /// <summary>New ones begin with nothing used.</summary>
    public LimitOptions Limits
    {
        get => _limiters.Options;
        set => _limiters = new(value, options.TimeScale, clock);
    }

    public void Script(string id, Func<int, RawAnswer?> answer) => _scripts[id] = answer;

    /// <summary>Answers a poll; what is none is left to <paramref name="next"/>.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<ClientConnection>() is { IsStale: true }) return DropAsync(context);
        return HttpMethods.IsGet(context.Request.Method) && RawPath.TryReadSegment(RawPath.TargetOf(context), _prefix, out var segment)
            ? AnswerAsync(context, segment)
            : next(context);
    }

    /// <summary>As if the connection had been closed before the request came.</summary>
    private Task DropAsync(HttpContext context)
    {
        ledger.CountDropped();
        return new WireAnswer(0, []).SendAsync(context, clock.Time, () => { });
    }

    private async Task AnswerAsync(HttpContext context, string segment)
    {
        // On arrival, before anything else takes its time.
        var crowded = _limiters.RefuseAddress(context.Connection.RemoteIpAddress);
        var parallel = ledger.Requests.Enter();
        try
        {
            var id = RawPath.Decode(segment);
            var key = keys.Find(context.Request.Headers.Authorization.ToString());
            var (call, early) = key?.Arrive() ?? default;
            var flaws = FlawsOf(context, segment) | FlawsOf(key, early, parallel);
            var history = ledger.Of(id);
            var poll = history.Begin(clock, flaws, options.ExpectedGap(tasks.Get(id)?.Tier ?? ServiceTier.Default));
            ledger.Tally.Begin(id, poll);
            var limited = crowded ?? (key is { IsRight: true } ? _limiters.RefuseKey(key.Value, poll.Gap) : null);
            var answer = limited ?? AnswerTo(context, id, poll, key, call);
            poll.StatusCode = answer.StatusCode;
            ledger.Tally.Decide(poll, limited is not null);
            if (limited is not null) key?.CountLimited();
            var sent = await answer.SendAsync(context, clock.Time, () => Sending(history, poll, answer, key));
            if (!sent) history.NotSent(poll);
        }
        finally
        {
            ledger.Requests.Leave();
        }
    }

    private void Sending(PollHistory history, Poll poll, IAnswer answer, EmulatedKey? key)
    {
        history.Sending(poll, answer.EndsTask, clock.Now);
        if (answer.StatusCode == StatusCodes.Status429TooManyRequests
            && RetryAfterHeader.Read(answer.RetryAfter, clock.UtcNow) is { } pause)
            key?.Quiet(pause, options.RetryAfterTolerance);
    }

    private IAnswer AnswerTo(HttpContext context, string id, Poll poll, EmulatedKey? key, int call)
    {
        if (key is not { IsRight: true }) return OrdinaryAnswers.KeyRefused;
        if (_scripts.TryGetValue(id, out var script) && script(poll.Number) is { } scripted) return scripted;
        var task = tasks.Find(id, poll.At);
        if (faults.Pick(new(id, task, key.Value, poll.Number, call, poll.At)) is var (fault, match))
        {
            poll.Fault = fault.Word;
            return fault.Of(AskedBy(context, id, key, task, poll, match));
        }

        if (task is null) return OrdinaryAnswers.UnknownTask;
        var status = task.StatusAt(poll.At, poll.Number);
        poll.Status = status;
        return OrdinaryAnswers.Of(task, status);
    }

    private Asked AskedBy(HttpContext context, string id, EmulatedKey key, EmulatedTask? task, Poll poll, int match)
    {
        var request = context.Request;
        var self = new Uri($"{request.Scheme}://{request.Host}");
        var codings = request.Headers.AcceptEncoding.ToString();
        return new(id, key.Value, RawPath.TargetOf(context), codings, self, task, poll, match, options, clock.UtcNow);
    }

    private Violation FlawsOf(EmulatedKey? key, bool early, int parallel)
    {
        var flaws = Violation.None;
        if (key is not { IsRight: true }) flaws |= Violation.WrongKey;
        if (early) flaws |= Violation.DuringRetryAfter;
        if (parallel > options.MaxParallel) flaws |= Violation.TooParallel;
        return flaws;
    }

    private static Violation FlawsOf(HttpContext context, string segment)
    {
        var flaws = Violation.None;
        if (context.Request.Headers.Accept.Count == 0) flaws |= Violation.NoAccept;
        if (context.Request.ContentLength is not null || context.Request.Headers.TransferEncoding.Count > 0) flaws |= Violation.BodyOnGet;
        if (!RawPath.IsWellEncoded(segment) || context.Request.QueryString.HasValue) flaws |= Violation.BadlyEncoded;
        return flaws;
    }
}

using System.Collections.Concurrent;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary><c>GET {PathBase}/v1/result/{id}</c>.</summary>
internal sealed class ResultRoute(EmulatorOptions options, MonotonicClock clock, EmulatedTasks tasks, PollLedger ledger)
{
    private const string Scheme = "Bearer ";

    private static readonly RawAnswer KeyRefused = RawAnswer.Message(StatusCodes.Status401Unauthorized, "invalid api key");
    private static readonly RawAnswer UnknownTask = RawAnswer.Message(StatusCodes.Status404NotFound, "task not found");

    private readonly string _prefix = options.PathBase + "/v1/result/";
    private readonly ConcurrentDictionary<string, Func<int, RawAnswer?>> _scripts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _headers = new(StringComparer.Ordinal) { [Scheme + options.ApiKey] = true };

    public void Accept(string key) => _headers[Scheme + key] = true;

    public void Revoke(string key) => _headers[Scheme + key] = false;

    public void Script(string id, Func<int, RawAnswer?> answer) => _scripts[id] = answer;

    /// <summary>Answers a poll; what is none is left to <paramref name="next"/>.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        HttpMethods.IsGet(context.Request.Method) && RawPath.TryReadSegment(RawPath.TargetOf(context), _prefix, out var segment)
            ? AnswerAsync(context, segment)
            : next(context);

    private async Task AnswerAsync(HttpContext context, string segment)
    {
        var id = RawPath.Decode(segment);
        var history = ledger.Of(id);
        ledger.Enter();
        try
        {
            var now = clock.Now;
            var poll = history.Begin(now, FlawsOf(context, segment), options.ExpectedGap(tasks.Get(id)?.Tier ?? ServiceTier.Default));
            var answer = AnswerTo(id, poll);
            poll.StatusCode = answer.StatusCode;
            var sent = await answer.SendAsync(context, () => history.Sending(poll, answer.EndsTask, clock.Now));
            if (!sent) history.NotSent(poll);
        }
        finally
        {
            ledger.Leave();
        }
    }

    private RawAnswer AnswerTo(string id, Poll poll)
    {
        if (poll.Violations.HasFlag(Violation.WrongKey)) return KeyRefused;
        if (_scripts.TryGetValue(id, out var script) && script(poll.Number) is { } scripted) return scripted;
        if (tasks.Find(id, poll.At) is not { } task) return UnknownTask;
        var status = task.StatusAt(poll.At, poll.Number);
        poll.Status = status;
        return RawAnswer.Json(StatusCodes.Status200OK, ResultBody.Of(task, status)) with { EndsTask = status.IsEnd() };
    }

    private Violation FlawsOf(HttpContext context, string segment)
    {
        var flaws = Violation.None;
        if (!_headers.GetValueOrDefault(context.Request.Headers.Authorization.ToString())) flaws |= Violation.WrongKey;
        if (context.Request.ContentLength is not null || context.Request.Headers.TransferEncoding.Count > 0) flaws |= Violation.BodyOnGet;
        if (!RawPath.IsWellEncoded(segment) || context.Request.QueryString.HasValue) flaws |= Violation.BadlyEncoded;
        return flaws;
    }
}

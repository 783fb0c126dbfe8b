using System.Diagnostics;
using System.Globalization;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Http;

/// <summary>An answer that refuses: a problem document of RFC 9457. The document alone is what a batch says about one item.</summary>
/// <param name="Problem">The document, without the trace that only an answer has.</param>
/// <param name="RetryAfter">When trying again makes sense; every 429 and 503 says it.</param>
internal sealed record ProblemResult(Problem Problem, TimeSpan? RetryAfter = null) : IResult, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => Problem.Status;

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Problem.Status;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var problem = Problem with { TraceId = Activity.Current?.TraceId.ToHexString() ?? httpContext.TraceIdentifier };
        return response.WriteAsJsonAsync(problem, BridgeJson.Wire.Problem, Problem.MediaType, httpContext.RequestAborted);
    }
}

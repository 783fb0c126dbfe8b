using System.Net;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

/// <summary>The service, or something on the way to it, answered with a status other than 2xx.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="problem">What the service said; null where the answer was not a problem of ours, for instance a proxy's page.</param>
/// <param name="retryAfter">The answer's <c>Retry-After</c>, counted from when it was received.</param>
public sealed class BridgeException(HttpStatusCode status, Problem? problem, TimeSpan? retryAfter) : Exception(Describe(status, problem))
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>What the service said; null where the answer was not a problem of ours, for instance a proxy's page.</summary>
    public Problem? Problem { get; } = problem;

    /// <summary>How long to wait before asking again; every 429 and 503 of the service has it.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    private static string Describe(HttpStatusCode status, Problem? problem) => problem switch
    {
        null => $"The bridge answered {(int)status} without a problem document.",
        { Detail: null } => $"The bridge answered {(int)status}: {problem.Title}.",
        { Detail: var detail } => $"The bridge answered {(int)status}: {problem.Title}. {detail}",
    };
}

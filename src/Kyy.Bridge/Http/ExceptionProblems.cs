using Microsoft.AspNetCore.Diagnostics;

namespace Kyy.Bridge.Http;

/// <summary>The one place where an exception becomes an answer. What it says goes into the log, never to the caller.</summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    /// <inheritdoc />
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // Nobody is left to answer.
        if (httpContext.RequestAborted.IsCancellationRequested) return true;
        await Answer(httpContext.Request, exception).ExecuteAsync(httpContext);
        return true;
    }

    private ProblemResult Answer(HttpRequest request, Exception exception)
    {
        if (exception is BadHttpRequestException refused) return Problems.OfStatus(refused.StatusCode);
        if (DatabaseOutage.Explains(exception))
        {
            LogOutage(logger, exception.Message, request.Method, request.Path);
            return Problems.Unavailable("Its database does not answer.");
        }

        LogFailure(logger, exception, request.Method, request.Path);
        return Problems.OfStatus(StatusCodes.Status500InternalServerError);
    }

    [LoggerMessage(2001, LogLevel.Warning, "The database does not answer ({Reason}): {Method} {Path} was refused with 503")]
    private static partial void LogOutage(ILogger logger, string reason, string method, PathString path);

    [LoggerMessage(2002, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailure(ILogger logger, Exception exception, string method, PathString path);
}

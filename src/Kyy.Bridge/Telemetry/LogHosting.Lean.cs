using System.Diagnostics;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Parsing;
using ILogger = Serilog.ILogger;

namespace Kyy.Bridge.Telemetry;

/// <summary>How the host writes to the log, without Serilog.AspNetCore.</summary>
internal static class LogHosting
{
    private static readonly MessageTemplate Template = new MessageTemplateParser().Parse(RequestLine.Template);

    /// <summary>Every logger of the host writes to <paramref name="log"/>, at the levels that it is configured with.</summary>
    public static void AddLog(this IServiceCollection services, ILogger log)
    {
        services.AddSingleton(log);
        // In the place of the framework's factory, whose own filters would swallow what the log's levels let through.
        services.AddSingleton<ILoggerFactory>(new SerilogLoggerFactory(log));
    }

    /// <summary>A line for each request, see <see cref="RequestLine"/>.</summary>
    public static void UseRequestLine(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ILogger>().ForContext(Constants.SourceContextPropertyName, RequestLine.Category);
        var time = app.ApplicationServices.GetRequiredService<TimeProvider>();
        app.Use(next => context => RunAsync(context, next, log, time));
    }

    private static async Task RunAsync(HttpContext context, RequestDelegate next, ILogger log, TimeProvider time)
    {
        var started = time.GetTimestamp();
        try
        {
            await next(context);
            Write(context.Response.StatusCode, null);
        }
        catch (Exception fault)
        {
            Write(StatusCodes.Status500InternalServerError, fault);
            throw;
        }

        void Write(int status, Exception? fault)
        {
            var level = RequestLine.LevelOf(context, fault);
            if (!log.IsEnabled(level)) return;

            var properties = RequestLine.Properties(context, time.GetElapsedTime(started).TotalMilliseconds, status);
            var (trace, span) = Activity.Current is { } activity ? (activity.TraceId, activity.SpanId) : default;
            log.Write(new LogEvent(time.GetLocalNow(), level, fault, Template, properties, trace, span));
        }
    }
}

using Serilog;
using ILogger = Serilog.ILogger;

namespace Kyy.Bridge.Telemetry;

/// <summary>How the host writes to the log, by Serilog.AspNetCore.</summary>
internal static class LogHosting
{
    /// <summary>Every logger of the host writes to <paramref name="log"/>, at the levels that it is configured with.</summary>
    public static void AddLog(this IServiceCollection services, ILogger log) => services.AddSerilog(log);

    /// <summary>A line for each request, see <see cref="RequestLine"/>.</summary>
    public static void UseRequestLine(this IApplicationBuilder app) => app.UseSerilogRequestLogging(options =>
    {
        // Otherwise it is Serilog's static one.
        options.Logger = app.ApplicationServices.GetRequiredService<ILogger>();
        options.MessageTemplate = RequestLine.Template;
        options.GetLevel = (context, _, fault) => RequestLine.LevelOf(context, fault);
        options.GetMessageTemplateProperties = (context, _, elapsed, status) => RequestLine.Properties(context, elapsed, status);
    });
}

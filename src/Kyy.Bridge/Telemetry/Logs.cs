using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Kyy.Bridge.Telemetry;

/// <summary>
/// How the log looks: a line a person reads in Development, one JSON object a line elsewhere. The levels are those of
/// <c>Serilog:MinimumLevel</c>.
/// </summary>
/// <remarks>Serilog's static logger is left alone: several services may be hosted in one process, each with a log of its own.</remarks>
internal static class Logs
{
    /// <summary>What a line in Development is made of; <see cref="TerminalWords"/> adds what events do not bring along.</summary>
    public const string Terminal = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Category}: {Message:lj}{Ids}{NewLine}{Exception}";

    /// <summary>The log of a process; to be disposed of when everything else has ended.</summary>
    /// <param name="configuration">With its levels.</param>
    /// <param name="environment">Who reads it.</param>
    /// <param name="onStandardError">The level from which on it goes to standard error, so that what a verb prints stays clean.</param>
    public static Logger Create(IConfiguration configuration, IHostEnvironment environment, LogEventLevel onStandardError) =>
        environment.IsDevelopment() ? ForTerminal(configuration, onStandardError) : ForCollector(configuration, onStandardError);

    /// <summary>The configured levels, and whatever else the section <c>Serilog</c> asks for.</summary>
    public static LoggerConfiguration Configured(IConfiguration configuration) => new LoggerConfiguration().ReadFrom.Configuration(configuration);

    private static Logger ForTerminal(IConfiguration configuration, LogEventLevel onStandardError) => Configured(configuration)
        .Enrich.With<TerminalWords>()
        .WriteTo.Console(outputTemplate: Terminal, formatProvider: CultureInfo.InvariantCulture, standardErrorFromLevel: onStandardError)
        .CreateLogger();

    // Rendered: grep and most collectors know nothing of message templates, and what the template is good for, telling kinds of events
    // apart, EventId and the hash @i do as well.
    private static Logger ForCollector(IConfiguration configuration, LogEventLevel onStandardError) => Configured(configuration)
        .WriteTo.Console(new RenderedCompactJsonFormatter(), standardErrorFromLevel: onStandardError)
        .CreateLogger();
}

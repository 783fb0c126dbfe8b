using Kyy.Bridge.Configuration;
using Serilog.Events;

namespace Kyy.Bridge.Telemetry;

/// <summary>Finds levels that there are not, among those that are configured: Serilog would throw at the first, and not name its key.</summary>
internal static class LogLevels
{
    private static readonly string[] Known = Enum.GetNames<LogEventLevel>();

    // A dollar begins the name of one of Serilog's level switches.
    public static IEnumerable<ConfigurationFault> Faults(IConfiguration configuration) =>
        from pair in configuration.GetSection("Serilog:MinimumLevel").AsEnumerable()
        where pair.Value is { } level && !level.StartsWith('$') && !Known.Contains(level, StringComparer.OrdinalIgnoreCase)
        orderby pair.Key
        select new ConfigurationFault(pair.Key, pair.Value, $"Write one of {string.Join(", ", Known)}.");
}

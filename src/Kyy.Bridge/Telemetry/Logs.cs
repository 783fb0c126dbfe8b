namespace Kyy.Bridge.Telemetry;

/// <summary>How the log looks: a line a person reads in Development, one JSON object a line elsewhere.</summary>
internal static class Logs
{
    public static ILoggingBuilder AddTerminalOrJson(this ILoggingBuilder logging, IHostEnvironment environment)
    {
        logging.ClearProviders();
        return environment.IsDevelopment()
            ? logging.AddSimpleConsole(line =>
            {
                line.SingleLine = true;
                line.TimestampFormat = "HH:mm:ss.fff ";
            })
            : logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
    }
}

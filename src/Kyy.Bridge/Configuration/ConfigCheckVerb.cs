using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Configuration;

/// <summary>The verb <c>config check</c>: says what is in force, or everything that is wrong, and starts nothing.</summary>
internal static class ConfigCheckVerb
{
    /// <returns>The exit code: 0, or <see cref="FaultReport.ExitCode"/>.</returns>
    public static int Run(IConfiguration configuration, bool isDevelopment, IReadOnlyList<ModelFamily> documented, TextWriter output)
    {
        var reading = BridgeSettings.Read(configuration, isDevelopment, documented);
        if (!reading.IsAccepted)
        {
            output.Write(FaultReport.Format(reading.Faults));
            return FaultReport.ExitCode;
        }

        output.Write("Configuration is fine\n\n");
        var width = reading.Values.Max(value => value.Key.Length);
        foreach (var value in reading.Values) output.Write($"{value.Key.PadRight(width)}  {Describe(value)}\n");
        return 0;
    }

    private static string Describe(ConfigurationValue value)
    {
        var text = value.Text is "" ? "–" : value.Text;
        return value.Text == value.Default || value.Default is "" ? text : $"{text}  (default {value.Default})";
    }
}

using System.Globalization;
using System.Text;

namespace Kyy.Bridge.Configuration;

/// <summary>All faults of the configuration in one text for the person who has to mend them.</summary>
internal static class FaultReport
{
    /// <summary>The exit code of a process that refuses its configuration: EX_CONFIG of sysexits.h.</summary>
    public const int ExitCode = 78;

    /// <summary>The text, to be written to standard error as it is.</summary>
    public static string Format(IReadOnlyCollection<ConfigurationFault> faults)
    {
        var count = faults.Count == 1 ? "one value" : string.Create(CultureInfo.InvariantCulture, $"{faults.Count} values");
        var report = new StringBuilder($"The configuration needs {count} mended before Kyy.Bridge can start.\n");
        foreach (var (key, value, remedy) in faults)
        {
            report.Append('\n').Append("  key     ").Append(key).Append('\n');
            report.Append("  value   ").Append(value is "" ? "(not given)" : value).Append('\n');
            report.Append("  remedy  ").Append(remedy).Append('\n');
        }

        return report.Append("\nIn environment variables a colon is written as two underscores: Bridge__Upstream__Timeout.\n").ToString();
    }
}

using System.Globalization;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>The service's configuration, as environment variables.</summary>
internal static class ServiceSettings
{
    private static readonly string[] AllFamilies = [.. EmulatedFamily.All.Select(family => family.Name), Families.Default];

    public static IReadOnlyDictionary<string, string> Of(
        Uri bridge, Uri upstream, string upstreamKey, string adminKey, string? databaseFolder)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = bridge.GetLeftPart(UriPartial.Authority),
            ["Bridge__Auth__AdminKey"] = adminKey,
            ["Bridge__Upstream__BaseUrl"] = upstream.AbsoluteUri,
            ["Bridge__Upstream__ApiKey"] = upstreamKey,
            ["Bridge__Upstream__AllowFasterThanDocumented"] = "true",
            ["Bridge__Upstream__Timeout"] = Text(Pace.Timeout),
        };
        if (databaseFolder is not null) settings["Bridge__Database__LocalDirectory"] = databaseFolder;
        foreach (var family in AllFamilies) Add(family, "PollInterval", Pace.Window);
        Add(Families.Seedance15, "FlexPollInterval", Pace.FlexWindow);
        Add(Families.Seedance15, "Estimate", Pace.Seedance15);
        Add(Families.Veo, "Estimate", Pace.Veo);
        return settings;

        void Add(string family, string range, DurationRange value)
        {
            settings[$"Bridge__Families__{family}__{range}__Min"] = Text(value.Min);
            settings[$"Bridge__Families__{family}__{range}__Max"] = Text(value.Max);
        }
    }

    private static string Text(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0}ms");
}

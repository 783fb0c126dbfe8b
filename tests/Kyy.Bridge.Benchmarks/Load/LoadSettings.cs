using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>The service's configuration where nothing but the machine is to be its limit.</summary>
internal static class LoadSettings
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        // A task is due again long before its turn comes, so there is always something due.
        [$"Bridge__Families__{Families.StarVideos}__PollInterval__Min"] = "2s",
        [$"Bridge__Families__{Families.StarVideos}__PollInterval__Max"] = "4s",
        ["Bridge__Upstream__MaxRequestsPerSecond"] = "100000",
        ["Bridge__Upstream__MaxConcurrency"] = "128",
        ["Bridge__Upstream__Timeout"] = "900ms",
        ["Bridge__Delivery__MaxConcurrency"] = "256",
        ["Bridge__Delivery__MaxConcurrencyPerHost"] = "128",
        ["Bridge__Limits__RequestsPerSecond"] = "1000000",
        ["Bridge__Limits__TasksInFlight"] = "10000000",
    };
}

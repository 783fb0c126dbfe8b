using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Campaign.Planning;

/// <summary>
/// How the replicas of a campaign are configured, besides what <see cref="World.Settings"/> says: what life has, shorter.
/// </summary>
internal static class CampaignSettings
{
    /// <summary>Requests a second for the key, over all replicas: enough for all tasks at once, so that a burst is not spread by it.</summary>
    public const int Rate = 400;

    /// <summary>Connections of each replica.</summary>
    public const int Connections = 12;

    /// <summary>How long one POST may take, and for how long it belongs to whoever claimed it.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2), Lease = TimeSpan.FromSeconds(4);

    /// <summary>The window of every family.</summary>
    public static readonly TimeSpan Min = World.Scale(TimeSpan.FromSeconds(30)), Max = World.Scale(TimeSpan.FromSeconds(60));

    /// <summary>When a task that never ends is given up, and one that the upstream does not know is called lost.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8), Grace = TimeSpan.FromSeconds(4);

    /// <summary>The family whose tasks never end here.</summary>
    public const string Endless = Families.Sd2Manxue;

    public static (string Key, string Value)[] Replica(Uri upstream) =>
    [
        .. World.Settings(upstream),
        ("Bridge:Database:MaxConnections", $"{Connections}"),
        ("Bridge:Upstream:MaxRequestsPerSecond", $"{Rate}"),
        ("Bridge:Upstream:MaxConcurrency", "64"),
        ("Bridge:Delivery:Timeout", "2s"),
        ("Bridge:Delivery:Lease", "4s"),
        ("Bridge:Delivery:RetrySchedule", "200ms,400ms,600ms,800ms,1s,1s,1s,1s,1s,2s,2s,2s"),
        ("Bridge:ShutdownTimeout", "10s"),
        ($"Bridge:Families:{Endless}:Deadline", "8s"),
        .. new[] { Families.Veo, Families.Videos, Families.StarVideos, Families.Seedance15 }
            .Select(family => ($"Bridge:Families:{family}:NotFoundGrace", "4s")),
    ];
}

using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Tests.Faults.Campaign.Planning;

/// <summary>A task, how it ends, and who is told.</summary>
/// <param name="Id">The upstream's id.</param>
/// <param name="Family">Under which it is registered.</param>
/// <param name="Status">How it ends.</param>
/// <param name="Hook">How its receiver behaves.</param>
/// <param name="Takes">From its creation to its end, in real time.</param>
internal sealed record PlannedTask(string Id, EmulatedFamily Family, string Status, Hook Hook, TimeSpan Takes)
{
    private static readonly (double Share, string Status, EmulatedFamily Family)[] Ends =
    [
        (0.25, TaskStatuses.Completed, EmulatedFamily.Veo),
        (0.20, TaskStatuses.Completed, EmulatedFamily.Videos),
        (0.20, TaskStatuses.Completed, EmulatedFamily.StarVideos),
        (0.10, TaskStatuses.Completed, EmulatedFamily.Seedance15),
        (0.08, TaskStatuses.Failed, EmulatedFamily.Videos),
        (0.06, TaskStatuses.Cancelled, EmulatedFamily.Seedance15),
        (0.04, TaskStatuses.Expired, EmulatedFamily.Seedance15),
        (0.03, TaskStatuses.CompletedWithoutUrl, EmulatedFamily.StarVideos),
        (0.02, TaskStatuses.TimedOut, EmulatedFamily.Sd2Manxue),
        (0.02, TaskStatuses.Lost, EmulatedFamily.Videos),
    ];

    private static readonly (double Share, Hook Hook)[] Hooks =
    [
        (0.42, Hook.Good), (0.15, Hook.Endpoint), (0.20, Hook.Slow), (0.13, Hook.Flaky), (0.03, Hook.Patient), (0.05, Hook.Hanging),
        (0.01, Hook.Gone), (0.01, Hook.Broken),
    ];

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(9);

    public static PlannedTask Of(Chance chance, int number)
    {
        var (status, family) = Pick(Ends.Select(end => (end.Share, (end.Status, end.Family))), chance.Of("end", number));
        var hook = Pick(Hooks, chance.Of("hook", number));
        // The id tells the emulator's rules what becomes of it.
        return new($"c-{status}-{number}", family, status, hook, chance.Between(Shortest, Longest, "takes", number));
    }

    private static T Pick<T>(IEnumerable<(double Share, T What)> shares, double draw)
    {
        var (left, last) = (draw, default(T)!);
        foreach (var (share, what) in shares)
        {
            last = what;
            if ((left -= share) < 0) break;
        }

        return last;
    }
}

using System.Globalization;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>What the demo has shown, in a few lines.</summary>
internal static class Summary
{
    public static readonly IReadOnlyList<string> Next =
    [
        "deploy/dev demo --stay  the same, and all of it keeps running for your calls",
        "deploy/dev up           the bridge alone, for the real upstream",
        "less README.md          how to register, receive and operate",
    ];

    public static IReadOnlyList<string> Lines(DemoResult result) =>
    [
        Tasks(result),
        Webhooks(result.Webhooks),
        Polls(result),
        $"{Words.Count(result.Violations.Values.Sum(), "violation")} counted by the upstream.",
    ];

    private static string Tasks(DemoResult result)
    {
        var tasks = Words.Count(result.Rows.Count, "task");
        var families = Words.Count(result.Rows.Select(row => row.Family?.Split(' ')[0]).OfType<string>().Distinct().Count(), "family", "families");
        var endings = from ending in result.Rows.CountBy(row => row.Status) orderby ending.Value descending select $"{ending.Value} {ending.Key}";
        return $"{tasks} of {families} in {Words.Seconds(result.Took)}: {string.Join(", ", endings)}.";
    }

    private static string Webhooks(IReadOnlyList<WebhookMark> webhooks)
    {
        var verified = webhooks.Count(webhook => webhook.IsVerified);
        var onPurpose = webhooks.Count(webhook => webhook is { IsVerified: true, IsAccepted: false });
        var all = verified == webhooks.Count ? "all verified" : $"{verified} verified";
        var again = onPurpose > 0 ? $"; {onPurpose} answered 500 on purpose, to see it again" : "";
        return $"{Words.Count(webhooks.Count, "webhook")} received, {all}{again}.";
    }

    private static string Polls(DemoResult result)
    {
        var polls = Words.Count(result.Rows.Sum(row => row.Polls), "poll");
        return $"{polls}; the closest two of a task: {string.Join(", ", result.Gaps.Select(Gap))}.";
    }

    private static string Gap(TierGap gap)
    {
        var smallest = gap.Smallest is { } known ? Hundredths(known) : "–";
        var minimum = string.Create(CultureInfo.InvariantCulture, $"{gap.Minimum.TotalSeconds:0.##} s");
        return gap.Tier == ServiceTier.Flex ? $"flex {smallest} ({minimum})" : $"{smallest} (minimum {minimum})";
    }

    private static string Hundredths(TimeSpan gap) => string.Create(CultureInfo.InvariantCulture, $"{gap.TotalSeconds:0.00} s");
}

using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>What has to hold when all is over, whatever died on the way.</summary>
internal static class Aftermath
{
    private const string EventsSql = "select count(*) || ' events of ' || count(distinct task_id) || ' tasks' from bridge.events";

    // What a machine with two processors may add to a scaled maximum.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ShortestGap = World.Scale(TimeSpan.FromSeconds(30)),
        LongestGap = World.Scale(TimeSpan.FromSeconds(60)) + Tolerance;

    /// <summary>
    /// Waits for the end of every task at its receiver: each as it was scripted, under one id, verified. Returns all that was received.
    /// </summary>
    public static async Task<IReadOnlyList<ReceivedWebhook>> ShouldHaveLostNothingAsync(this Fleet fleet, TimeSpan patience)
    {
        var count = fleet.Registered.Count;
        await Wait.UntilAsync(() => Task.FromResult(fleet.Ends().Count == count), $"all {count} ends are received", patience);

        var received = fleet.Receiver.Webhooks;
        received.ShouldAllBe(webhook => webhook.Verification == WebhookVerification.Verified);
        fleet.Ends().Select(end => $"{end.Key} {end.Value}").Order(StringComparer.Ordinal)
            .ShouldBe(fleet.Registered.Select(task => $"{task.Key} {task.Value}").Order(StringComparer.Ordinal));
        received.GroupBy(TaskOf).ShouldAllBe(same => same.Select(webhook => webhook.WebhookId).Distinct().Count() == 1);
        (await fleet.Database.ScalarAsync<string>(EventsSql)).ShouldBe($"{count} events of {count} tasks");
        return received;
    }

    /// <summary>No poll came too early, and none too late: neither those of the dead nor those that took their place.</summary>
    /// <param name="fleet">Whose.</param>
    /// <param name="late">What a request may have gone out late by that its process did not live to make good.</param>
    public static void ShouldHavePolledInTime(this Fleet fleet, TimeSpan late = default)
    {
        fleet.ShouldNotHavePolledTooEarly(late);
        fleet.Upstream.Gaps().Where(gaps => gaps.Largest is not null).ShouldAllBe(gap => gap.Largest <= LongestGap);
    }

    /// <summary>No poll came too early: what holds whatever else the machine has to do.</summary>
    /// <param name="fleet">Whose.</param>
    /// <param name="late">What a request may have gone out late by that its process did not live to make good.</param>
    public static void ShouldNotHavePolledTooEarly(this Fleet fleet, TimeSpan late = default) =>
        fleet.Upstream.Gaps().Where(gaps => gaps.Smallest is not null).ShouldAllBe(gap => gap.Smallest >= ShortestGap - late);

    /// <summary>How many webhooks were received more than once.</summary>
    public static int Duplicates(this Fleet fleet) => fleet.Receiver.Webhooks.Count - fleet.Ends().Count;

    // By the hook, which is named after the task.
    private static string TaskOf(ReceivedWebhook webhook) => webhook.Path.Split('/')[^1];

    private static Dictionary<string, string> Ends(this Fleet fleet) => fleet.Receiver.Webhooks
        .Select(webhook => WebhookEvent.Read(webhook.Body.Span).ReadTask()!)
        .DistinctBy(task => (task.TaskId, task.Status)).ToDictionary(task => task.TaskId, task => task.Status, StringComparer.Ordinal);
}

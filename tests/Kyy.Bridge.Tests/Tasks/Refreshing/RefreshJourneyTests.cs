using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Tasks.Refreshing;

/// <summary>From the registration to a fresh link, with an upstream and a receiver on sockets, and the timeline that tells of all of it.</summary>
public sealed class RefreshJourneyTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_completed_task_gets_a_fresh_link_after_the_minimum_and_its_timeline_tells_the_whole_story()
    {
        await using var world = await World.StartAsync(server, ("Bridge:Delivery:RetrySchedule", "200ms,200ms"));
        world.Receiver.AnswerAt(world.Receiver.Hook("a").AbsolutePath, webhook => new RawAnswer(webhook.Attempt == 1 ? 500 : 204));
        var emulated = world.Upstream.Tasks.Create(new NewTask
        {
            Family = EmulatedFamily.Veo,
            Statuses = [EmulatedStatus.Processing, EmulatedStatus.Completed],
        });
        var task = await world.Client.RegisterAsync(
            new()
            {
                TaskId = emulated.Id,
                Family = Families.Veo,
                CallbackUrl = world.Receiver.Hook("a").AbsoluteUri,
                Events = [EventTypes.TaskCompleted, EventTypes.TaskResultRefreshed],
            },
            cancellationToken: Cancellation);
        await world.Receiver.WaitForAsync(webhook => webhook.Attempt == 2, 1, World.Patience);
        // From now on the link is another one, on this machine.
        world.Upstream.Faults.Add(new FaultRule { Id = emulated.Id, Does = new ExpiredLinkFault() });

        var due = await world.Client.RefreshAsync(task.Id, cancellationToken: Cancellation);

        var told = await world.Receiver.WaitForAsync(
            webhook => WebhookEvent.Read(webhook.Body.Span).Type == EventTypes.TaskResultRefreshed, 2, World.Patience);
        ShouldBeFresh(WebhookEvent.Read(told[0].Body.Span).ReadTask()!, task, emulated);
        told.ShouldAllBe(webhook => webhook.Verification == WebhookVerification.Verified && webhook.WebhookId == told[0].WebhookId);
        var polls = world.Upstream.PollsOf(emulated.Id);
        polls.Count.ShouldBe(3);
        polls.Select(poll => poll.Gap).OfType<TimeSpan>()
            .ShouldAllBe(gap => gap >= World.Scale(ModelCatalogue.Documented.Find(Families.Veo)!.Window.Min));

        await Wait.UntilAsync(
            async () => (await world.Client.GetTaskAsync(task.Id, cancellationToken: Cancellation)).Deliveries.Delivered == 2, "both have arrived");
        await ShouldBeToldAsync(world, task, due);
    }

    private static void ShouldBeFresh(TaskEventData data, BridgeTask task, EmulatedTask emulated)
    {
        (data.Id, data.Status, data.Ended, data.Sequence).ShouldBe((task.Id, TaskStatuses.Completed, true, 4));
        data.VideoUrl.ShouldNotBeNull().ShouldNotBe(emulated.VideoUrl);
        data.Warnings.ShouldBe(["video_url_private"]);
        data.ActualDuration.ShouldNotBeNull();
    }

    private static async Task ShouldBeToldAsync(World world, BridgeTask task, DateTimeOffset due)
    {
        var (now, timeline) = (
            await world.Client.GetTaskAsync(task.Id, cancellationToken: Cancellation), await world.Client.GetTimelineAsync(task.Id, Cancellation));

        now.VideoUrl.ShouldNotBeNull().ShouldStartWith("http://127.0.0.1");
        (now.NextPollAt, now.Polls).ShouldBe((null, 3));
        now.LastPolledAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(due);
        timeline.Why.ShouldBe("It has ended as completed; all 2 deliveries have arrived.");
        timeline.Next.ShouldBeEmpty();
        timeline.Truncated.ShouldBeFalse();
        timeline.Past.Select(entry => entry.At).ShouldBeInOrder();
        timeline.Past[0].Kind.ShouldBe(TimelineKinds.Registered);
        timeline.Past.Where(entry => entry.Kind == TimelineKinds.Event).Select(entry => entry.EventType)
            .ShouldBe([EventTypes.TaskCompleted, EventTypes.TaskResultRefreshed]);
        timeline.Past.Where(entry => entry.Kind == TimelineKinds.Attempt).Select(entry => (entry.EventType, entry.Number, entry.StatusCode)).ShouldBe(
        [
            (EventTypes.TaskCompleted, 1, 500), (EventTypes.TaskCompleted, 2, 204),
            (EventTypes.TaskResultRefreshed, 1, 500), (EventTypes.TaskResultRefreshed, 2, 204),
        ]);
        timeline.Past.Where(entry => entry.Kind == TimelineKinds.Attempt)
            .ShouldAllBe(entry => entry.Destination == world.Receiver.BaseUrl.Authority && entry.DurationMs != null && entry.DeliveryId != null);
    }
}

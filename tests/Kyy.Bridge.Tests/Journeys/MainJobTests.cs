using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Scheduling;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Journeys;

/// <summary>Register, poll, record, deliver: for each family and each end that its document names.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class MainJobTests(PostgresServer server)
{
    private static readonly TimeSpan QueuedFor = TimeSpan.FromSeconds(30), ProcessingFor = TimeSpan.FromSeconds(70);

    [Theory]
    [MemberData(nameof(RecurringWorkConformance.Engines), MemberType = typeof(RecurringWorkConformance))]
    public async Task Every_family_and_every_documented_end_arrives_as_a_signed_webhook_after_polls_inside_the_window(string engine)
    {
        await using var world = await World.StartAsync(server, ("Bridge:Scheduling:Engine", engine));
        var stories = Stories().ToArray();
        var tasks = new List<(Story Story, EmulatedTask Emulated, BridgeTask Registered)>();
        foreach (var story in stories)
        {
            var emulated = world.Upstream.Tasks.Create(new NewTask
            {
                Family = story.Family,
                Tier = story.Tier,
                Ending = story.Ending,
                QueuedFor = QueuedFor,
                ProcessingFor = ProcessingFor,
            });
            tasks.Add((story, emulated, await world.Client.RegisterAsync(
                Registration(world, story, emulated.Id), cancellationToken: TestContext.Current.CancellationToken)));
        }

        var received = await world.Receiver.WaitForAsync(_ => true, stories.Length, World.Patience);

        foreach (var (story, emulated, registered) in tasks)
        {
            var webhook = received.Single(webhook => Task(webhook).Id == registered.Id);
            ShouldTell(webhook, story, emulated, registered);
            ShouldHaveBeenPolledInsideTheWindow(world.Upstream.PollsOf(emulated.Id), story);
            var ended = await world.Client.GetTaskAsync(registered.Id, cancellationToken: TestContext.Current.CancellationToken);
            ended.Status.ShouldBe(story.Ending.Word());
            ended.Polls.ShouldBe(world.Upstream.PollsOf(emulated.Id).Count);
            ended.NextPollAt.ShouldBeNull();
        }

        world.Upstream.Report().Violations.Values.Sum().ShouldBe(0);
    }

    // A completed and a failed task of each family, the cancelled one that S2 alone documents, and S2's offline tier.
    private static IEnumerable<Story> Stories()
    {
        foreach (var family in EmulatedFamily.All)
        {
            yield return new(family, EmulatedStatus.Completed);
            yield return new(family, EmulatedStatus.Failed);
            // What registers without a family is known by its model.
            yield return new(family, EmulatedStatus.Completed) { NamesFamily = false };
        }

        yield return new(EmulatedFamily.Seedance15, EmulatedStatus.Cancelled);
        yield return new(EmulatedFamily.Seedance15, EmulatedStatus.Completed) { Tier = ServiceTier.Flex };
    }

    private static TaskRegistration Registration(World world, Story story, string id) => new()
    {
        TaskId = id,
        CallbackUrl = world.Receiver.Hook(story.Family.Name).AbsoluteUri,
        Family = story.NamesFamily ? story.Family.Name : null,
        ServiceTier = story.Tier == ServiceTier.Flex ? ServiceTiers.Flex : null,
        Metadata = RawJson.Parse("""{"order":1.0, "é":"\u00e9"}"""),
        Reference = "story",
    };

    private static void ShouldTell(ReceivedWebhook webhook, Story story, EmulatedTask emulated, BridgeTask registered)
    {
        webhook.Verification.ShouldBe(WebhookVerification.Verified);
        webhook.Headers["Content-Type"].ShouldBe("application/json");
        webhook.Headers["User-Agent"].ShouldStartWith("Kyy-Bridge/");
        webhook.Headers["traceparent"].ShouldStartWith("00-");
        webhook.WebhookId.ShouldStartWith("evt_");
        WebhookEvent.Read(webhook.Body.Span).Type.ShouldBe($"task.{story.Ending.Word()}");

        var task = Task(webhook);
        task.TaskId.ShouldBe(emulated.Id);
        task.Family.ShouldBe(story.Family.Name);
        task.Model.ShouldBe(story.Family.Model);
        task.Status.ShouldBe(story.Ending.Word());
        task.Ended.ShouldBeTrue();
        task.Sequence.ShouldBe(3);
        task.Reference.ShouldBe("story");
        Encoding.UTF8.GetString(task.Metadata.Utf8).ShouldBe("""{"order":1.0, "é":"\u00e9"}""");
        task.RegisteredAt.ShouldBe(registered.RegisteredAt);
        ShouldBeTheEnd(task, story);
    }

    private static void ShouldBeTheEnd(TaskEventData task, Story story)
    {
        switch (story.Ending)
        {
            case EmulatedStatus.Completed:
                task.VideoUrl.ShouldNotBeNull();
                task.VideoUrls.ShouldBe([task.VideoUrl]);
                task.ActualDuration.ShouldBe(decimal.Parse(story.Family.ActualDuration, System.Globalization.CultureInfo.InvariantCulture));
                task.Error.ShouldBeNull();
                ShouldExpire(task, ModelCatalogue.Documented.Find(story.Family.Name)!);
                break;
            case EmulatedStatus.Failed:
                task.Error.ShouldBe(new TaskError(TaskErrorCodes.UpstreamFailed, story.Family.Error));
                task.VideoUrl.ShouldBeNull();
                break;
            default:
                task.Error!.Code.ShouldBe(TaskErrorCodes.UpstreamCancelled);
                break;
        }
    }

    private static void ShouldExpire(TaskEventData task, ModelFamily family)
    {
        var from = family.LinkLifeFrom == LinkLifeStart.Creation ? task.UpstreamCreatedAt : task.EndedAt;
        task.VideoUrlExpiresAt.ShouldBe(from + family.LinkLife);
    }

    private static void ShouldHaveBeenPolledInsideTheWindow(IReadOnlyList<Poll> polls, Story story)
    {
        var window = ModelCatalogue.Documented.Find(story.Family.Name)!.WindowFor(story.Tier == ServiceTier.Flex);
        var gaps = polls.Select(poll => poll.Gap).OfType<TimeSpan>().ToArray();
        gaps.Length.ShouldBeGreaterThan(0);
        gaps.ShouldAllBe(gap => gap >= World.Scale(window.Min), $"{story}: {string.Join(", ", gaps)}");
        gaps.ShouldAllBe(gap => gap <= World.Scale(window.Max), $"{story}: {string.Join(", ", gaps)}");
        polls.ShouldAllBe(poll => poll.SinceEnd == null);
        polls.ShouldAllBe(poll => poll.Violations == Violation.None);
    }

    private static TaskEventData Task(ReceivedWebhook webhook) => WebhookEvent.Read(webhook.Body.Span).ReadTask()!;

    private sealed record Story(EmulatedFamily Family, EmulatedStatus Ending)
    {
        public ServiceTier Tier { get; init; }

        public bool NamesFamily { get; init; } = true;
    }
}

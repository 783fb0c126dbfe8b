using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Polling.Estimates;

namespace Kyy.Bridge.Tests.Polling.Estimates;

public sealed class ObservationTests
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(152), Before = TimeSpan.FromSeconds(101);

    private static readonly DueTask Claimed = new()
    {
        ClientId = Guid.Empty,
        Id = Guid.Empty,
        TaskId = "video_1",
        UpstreamKeyId = Guid.Empty,
        Tier = "default",
        Status = TaskStatuses.Processing,
        Polls = 4,
        Age = Age,
        RegisteredFor = Age,
        DeadlineIn = TimeSpan.FromHours(20),
    };

    [Fact]
    public void The_end_lies_between_the_poll_before_and_this_one() =>
        Observation.Of("veo_3_1", "flex", Age, Before, isOperatorsBaseUrl: true)
            .ShouldBe(new ObservedDuration("veo_3_1", "flex", Before, Age));

    [Fact]
    public void The_first_look_at_an_ended_task_tells_nothing() =>
        Observation.Of("veo_3_1", "default", TimeSpan.FromHours(3), ageBefore: null, isOperatorsBaseUrl: true).ShouldBeNull();

    [Fact]
    public void A_client_s_own_base_url_teaches_nothing() =>
        Observation.Of("veo_3_1", "default", Age, Before, isOperatorsBaseUrl: false).ShouldBeNull();

    [Fact]
    public void Without_a_model_nothing_is_observed() =>
        Observation.Of(null, "default", Age, Before, isOperatorsBaseUrl: true).ShouldBeNull();

    [Fact]
    public void The_answer_before_is_as_old_as_the_poll_before() =>
        Observation.AgeBefore(Claimed, TimeSpan.FromSeconds(51), isLaneFailing: false).ShouldBe(Before);

    [Fact]
    public void A_poll_before_that_said_nothing_of_the_video_is_no_lower_bound()
    {
        DueTask[] untold =
        [
            Claimed with { Status = TaskStatuses.Registered }, // Never answered for.
            Claimed with { ConsecutiveFailures = 1 },
            Claimed with { NotFound = 1 },
            Claimed with { UrlMissing = 1 }, // Finished before, and its link came late.
        ];

        untold.ShouldAllBe(task => Observation.AgeBefore(task, TimeSpan.FromSeconds(51), false) == null);
        Observation.AgeBefore(Claimed, TimeSpan.FromSeconds(51), isLaneFailing: true).ShouldBeNull();
        Observation.AgeBefore(Claimed, sincePollBefore: null, isLaneFailing: false).ShouldBeNull();
    }

    [Theory]
    [InlineData(152)] // An upstream that told of the creation only now, or tells of another one.
    [InlineData(160)]
    [InlineData(-3)]
    public void Ages_that_contradict_each_other_tell_nothing(double before) =>
        Observation.Of("veo_3_1", "default", Age, TimeSpan.FromSeconds(before), isOperatorsBaseUrl: true).ShouldBeNull();
}

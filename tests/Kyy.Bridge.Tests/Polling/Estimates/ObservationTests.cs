using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling.Estimates;

namespace Kyy.Bridge.Tests.Polling.Estimates;

public sealed class ObservationTests
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(152), Before = TimeSpan.FromSeconds(101);

    [Fact]
    public void The_end_lies_between_the_poll_before_and_this_one() =>
        Observation.Of("veo_3_1", "flex", Age, Before, isOperatorsBaseUrl: true).ShouldBe(new ObservedDuration("veo_3_1", "flex", Before, Age));

    [Fact]
    public void The_first_look_at_an_ended_task_tells_nothing() =>
        Observation.Of("veo_3_1", "default", TimeSpan.FromHours(3), ageBefore: null, isOperatorsBaseUrl: true).ShouldBeNull();

    [Fact]
    public void A_client_s_own_base_url_teaches_nothing() =>
        Observation.Of("veo_3_1", "default", Age, Before, isOperatorsBaseUrl: false).ShouldBeNull();

    [Fact]
    public void Without_a_model_nothing_is_observed() =>
        Observation.Of(null, "default", Age, Before, isOperatorsBaseUrl: true).ShouldBeNull();

    [Theory]
    [InlineData(152)] // An upstream that told of the creation only now, or tells of another one.
    [InlineData(160)]
    [InlineData(-3)]
    public void Ages_that_contradict_each_other_tell_nothing(double before) =>
        Observation.Of("veo_3_1", "default", Age, TimeSpan.FromSeconds(before), isOperatorsBaseUrl: true).ShouldBeNull();
}

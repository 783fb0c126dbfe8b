using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using static Kyy.Bridge.Tests.Faults.Campaign.Judging.Ledger;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

public sealed class EndJudgeTests
{
    [Fact]
    public void Judge_AllIsWell_FindsNothing() => Found(Sound).ShouldBeEmpty();

    [Fact]
    public void Judge_TaskIsNotThere_IsLost() =>
        Found(Sound with { Tasks = [], Events = [], Deliveries = [], Attempts = [], Received = [] })
        .ShouldBe([FindingKind.Lost]);

    [Fact]
    public void Judge_TaskIsNotThereAndWasNeverAccepted_FindsNothing() => Found(Sound with
    {
        Registered = [Sound.Registered[0] with { AcceptedAt = null }],
        Tasks = [],
        Events = [],
        Deliveries = [],
        Attempts = [],
        Received = [],
    }).ShouldBeEmpty();

    [Fact]
    public void Judge_TaskWasNeverAcceptedAndIsThere_HasToEndAllTheSame() => Found(Sound with
    {
        Registered = [Sound.Registered[0] with { AcceptedAt = null }],
        Events = [],
        Deliveries = [],
        Attempts = [],
        Received = [],
    }).ShouldBe([FindingKind.Lost]);

    [Fact]
    public void Judge_TaskHasNotEnded_IsLost() =>
        Found(Sound with { Tasks = [Sound.Tasks[0] with { Status = TaskStatuses.Processing, EndedAt = null }] })
            .ShouldBe([FindingKind.Lost]);

    [Fact]
    public void Judge_EndedWithoutAnEvent_IsLost() =>
        Found(Sound with { Events = [], Deliveries = [], Attempts = [], Received = [] }).ShouldBe([FindingKind.Lost]);

    [Fact]
    public void Judge_EventWithoutADelivery_IsLost() => Found(Sound with { Deliveries = [], Attempts = [] }).ShouldBe([FindingKind.Lost]);

    [Fact]
    public void Judge_DeliveredAndNeverAccepted_IsLost() => Found(Sound with { Received = [] }).ShouldBe([FindingKind.Lost]);

    [Theory]
    [InlineData(DeliveryStates.Pending)]
    [InlineData(DeliveryStates.Dead)]
    public void Judge_AcceptedAndNotDelivered_IsLost(string state) =>
        Found(Sound with { Deliveries = [Sound.Deliveries[0] with { State = state }] }).ShouldBe([FindingKind.Lost]);

    [Fact]
    public void Judge_ReceiverAcceptsNothing_IsToBeDead()
    {
        var broken = Sound with
        {
            Registered = [Sound.Registered[0] with { Hook = Hook.Broken }],
            Received = [Post(4.312, 500) with { Hook = Hook.Broken }],
        };

        Found(broken).ShouldBe([FindingKind.Lost]);
        Found(broken with { Deliveries = [Sound.Deliveries[0] with { State = DeliveryStates.Dead }] }).ShouldBeEmpty();
    }

    [Fact]
    public void Judge_AnotherEnd_IsWronglyEnded() =>
        Found(Sound with { Tasks = [Sound.Tasks[0] with { Status = TaskStatuses.Failed }] }).ShouldBe([FindingKind.WronglyEnded]);

    [Fact]
    public void Judge_TwoEventsOfOneEnd_AreFound() =>
        Found(Sound with { Events = [Sound.Events[0], Sound.Events[0] with { Id = "evt_2" }] }).ShouldBe([FindingKind.TwoEvents]);
}

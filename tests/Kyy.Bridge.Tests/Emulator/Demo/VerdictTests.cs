using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Demo;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Tests.Emulator.Demo;

public sealed class VerdictTests
{
    private static readonly DemoResult Good = new()
    {
        Rows = [Rows.Settled, Rows.Settled with { Family = "seedance15 flex", Status = TaskStatuses.Failed }],
        Endings = [EmulatedStatus.Completed, EmulatedStatus.Failed],
        Webhooks = [Rows.Accepted, Rows.Accepted],
        Gaps =
        [
            new(ServiceTier.Default, TimeSpan.FromSeconds(1.034), TimeSpan.FromSeconds(1)),
            new(ServiceTier.Flex, null, TimeSpan.FromSeconds(2)),
        ],
        Violations = new Dictionary<Violation, int>(),
        Took = TimeSpan.FromSeconds(12.34),
    };

    [Fact]
    public void Faults_WhereAllIsWell_AreNone() => Verdict.Faults(Good).ShouldBeEmpty();

    [Fact]
    public void Fault_OfATaskThatGoesOn_SaysHowItStands() =>
        FaultOf(Rows.Living).ShouldBe("vgen_0123456789ab has not ended after 4.2 s: processing, 3 polls.");

    [Fact]
    public void Fault_OfAnotherEndThanTheUpstreams_NamesBoth() =>
        FaultOf(Rows.Settled with { Status = TaskStatuses.Lost })
            .ShouldBe("vgen_0123456789ab ended as lost; the upstream's word was completed.");

    [Fact]
    public void Fault_OfAMissingWebhook_SaysSo() =>
        FaultOf(Rows.Settled with { Webhook = null }).ShouldBe("vgen_0123456789ab ended as completed, and no webhook came for it.");

    [Fact]
    public void Fault_OfARefusedSignature_SaysWhy() =>
        FaultOf(Rows.Settled with { Webhook = Rows.Refused })
            .ShouldBe("The signature of a webhook for vgen_0123456789ab was refused: NoMatchingSignature.");

    [Fact]
    public void Fault_OfARetryThatDidNotCome_SaysWhatItWasAnswered() =>
        FaultOf(Rows.Settled with { Webhook = Rows.AnsweredBadly })
            .ShouldBe("The webhook for vgen_0123456789ab was answered 500 and has not come again.");

    [Fact]
    public void Faults_OfViolations_CountThemByKind() =>
        Verdict.Faults(Good with { Violations = new Dictionary<Violation, int> { [Violation.TooEarly] = 2 } })
            .ShouldBe(["The upstream counted 2 polls with the violation TooEarly."]);

    [Fact]
    public void IsSettled_OnlyWithAnEndAndAWebhookThatWasAcceptedOrRefused()
    {
        Rows.Settled.IsSettled.ShouldBeTrue();
        (Rows.Settled with { Webhook = Rows.Refused }).IsSettled.ShouldBeTrue();
        (Rows.Settled with { Webhook = Rows.AnsweredBadly }).IsSettled.ShouldBeFalse();
        (Rows.Settled with { Webhook = null }).IsSettled.ShouldBeFalse();
        (Rows.Settled with { Ended = false }).IsSettled.ShouldBeFalse();
    }

    [Fact]
    public void Summary_SaysWhatWasShown() => Summary.Lines(Good).ShouldBe([
        "2 tasks of 2 families in 12.3 s: 1 completed, 1 failed.",
        "2 webhooks received, all verified.",
        "6 polls; the closest two of a task: 1.03 s (minimum 1 s), flex – (2 s).",
        "0 violations counted by the upstream.",
    ]);

    [Fact]
    public void Summary_OfRetriesAndRefusals_HidesNeither() =>
        Summary.Lines(Good with { Webhooks = [Rows.Accepted, Rows.AnsweredBadly, Rows.Refused] })[1]
            .ShouldBe("3 webhooks received, 2 verified; 1 answered 500 on purpose, to see it again.");

    private static string FaultOf(TaskRow row) =>
        Verdict.Faults(Good with { Rows = [row], Endings = [EmulatedStatus.Completed] }).ShouldHaveSingleItem();
}

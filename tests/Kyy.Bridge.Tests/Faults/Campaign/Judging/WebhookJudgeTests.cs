using static Kyy.Bridge.Tests.Faults.Campaign.Judging.Ledger;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

public sealed class WebhookJudgeTests
{
    // Accepted, and sent again when the lease was over.
    private static readonly Evidence Twice = Sound with { Received = [Post(4.312), Post(8.5)] };

    [Fact]
    public void Judge_DoesNotVerify_IsWronglySigned() =>
        Found(Sound with { Received = [Post(4.312) with { Flaw = "TooOld" }] }).ShouldBe([FindingKind.WronglySigned]);

    [Fact]
    public void Judge_ReceivedUnderTwoIds_AreTwoEvents() =>
        Found(Sound with { Received = [Post(4.312), Post(4.4) with { EventId = "evt_2" }] })
            .ShouldBe([FindingKind.SentUncommitted, FindingKind.TwoEvents]);

    [Fact]
    public void Judge_OtherBytesThanAreStored_AreTwoEvents() =>
        Found(Sound with { Received = [Post(4.312) with { Body = "others" }] }).ShouldBe([FindingKind.TwoEvents]);

    [Fact]
    public void Judge_ReceivedBeforeTheCommit_IsSentUncommitted() =>
        Found(Sound with { Events = [Sound.Events[0] with { CommittedAt = At(4.35) }] }).ShouldBe([FindingKind.SentUncommitted]);

    [Fact]
    public void Judge_ReceivedWhenNobodyElseCouldSeeIt_IsSentUncommitted() =>
        Found(Sound with { Received = [Post(4.312) with { WasCommitted = false }] }).ShouldBe([FindingKind.SentUncommitted]);

    [Fact]
    public void Judge_SentAgainAfterItWasSettled_IsSentTwice() => Found(Twice).ShouldBe([FindingKind.SentTwice]);

    [Fact]
    public void Judge_SentAgainForItsSenderDied_IsExplained()
    {
        var evidence = Twice with
        {
            Attempts = [Sound.Attempts[0] with { Number = 2, StartedAt = At(8.49) }],
            Occurrences = [Occurred(OccurrenceKind.Died, 4.32, 8, 0)],
        };

        var tally = Judge(evidence);

        tally.Findings.ShouldBeEmpty();
        tally.Counts["duplicates, same id"].ShouldBe(1);
        tally.Counts["duplicates: its sender died"].ShouldBe(1);
    }

    [Fact]
    public void Judge_SentAgainForItsSenderDiedAfterARefusal_IsExplained() => Found(Sound with
    {
        Received = [Post(4.312, 302), Post(4.6), Post(8.5)],
        Attempts = [Sound.Attempts[0] with { StatusCode = 302 }, Sound.Attempts[0] with { Number = 3, StartedAt = At(8.49) }],
        Occurrences = [Occurred(OccurrenceKind.Died, 4.61, 8, 0)],
    }).ShouldBeEmpty();

    [Fact]
    public void Judge_SentAgainThoughItWasSettledAndSomeoneElseDied_IsSentTwice() =>
        Found(Twice with { Occurrences = [Occurred(OccurrenceKind.Died, 4.32, 8, 0)] }).ShouldBe([FindingKind.SentTwice]);

    [Fact]
    public void Judge_SentAgainWithinTheLease_IsSentTwice() => Found(Sound with
    {
        Received = [Post(4.312), Post(4.9)],
        Attempts = [],
        Occurrences = [Occurred(OccurrenceKind.Died, 4.32, 8, 0)],
    }).ShouldBe([FindingKind.SentTwice]);

    [Fact]
    public void Judge_SentAgainForItsSenderFroze_IsExplained() => Found(Twice with
    {
        Attempts = [Sound.Attempts[0] with { Duration = Seconds(6) }, Sound.Attempts[0] with { Number = 2, StartedAt = At(8.49) }],
        Occurrences = [Occurred(OccurrenceKind.Frozen, 4.313, 10.3, 0)],
    }).ShouldBeEmpty();

    [Fact]
    public void Judge_SentByAProcessThatHadItInHandAndWasFrozen_IsExplained() => Found(Sound with
    {
        Received = [Post(8.4), Post(10)],
        Attempts =
        [
            Sound.Attempts[0] with { Duration = Seconds(5.7), StatusCode = null, Error = "timeout" },
            Sound.Attempts[0] with { Number = 2, StartedAt = At(8.398) },
        ],
        Occurrences = [Occurred(OccurrenceKind.Frozen, 4.32, 9.99, 1)],
    }).ShouldBeEmpty();

    [Fact]
    public void Judge_SentAgainThoughItWasSettledWhileAnotherWasFrozen_IsSentTwice() =>
        Found(Twice with { Occurrences = [Occurred(OccurrenceKind.Frozen, 0, 6, 0)] }).ShouldBe([FindingKind.SentTwice]);

    [Fact]
    public void Judge_SentAgainForTheDatabaseWasAway_IsExplained() =>
        Found(Twice with { Occurrences = [Occurred(OccurrenceKind.DatabaseAway, 4.3, 8.2)], Attempts = [] }).ShouldBeEmpty();

    [Fact]
    public void Judge_SentAgainForItsSenderHadGivenUp_IsExplained() => Found(Sound with
    {
        Received = [Post(4.312), Post(6.6)],
        Attempts = [Sound.Attempts[0] with { Duration = Seconds(2), StatusCode = null, Error = "timeout" }],
    }).ShouldBeEmpty();

    [Fact]
    public void Judge_RepeatedAfterARefusal_IsNoDuplicate() =>
        Judge(Sound with { Received = [Post(4.312, 500), Post(4.6)] }).Counts.Keys.ShouldNotContain("duplicates, same id");

    [Fact]
    public void Judge_SentHalfAMinuteLate_CameBackLate() =>
        Found(Sound with { Received = [Post(40)] }).ShouldBe([FindingKind.CameBackLate]);
}

using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Demo;

namespace Kyy.Bridge.Tests.Emulator.Demo;

public sealed class ChangeLinesTests
{
    private static readonly TaskRow Queued = Rows.Living with { Status = TaskStatuses.Queued };

    [Fact]
    public void Lines_OfTheFirstLook_NameEveryTask() =>
        ChangeLines.Of([], [Queued, Rows.Settled], TimeSpan.FromSeconds(0.5)).ShouldBe([
            "  0.5 s  veo              vgen_0123456789ab            queued",
            "  0.5 s  veo              vgen_0123456789ab            completed, webhook verified (attempt 1)",
        ]);

    [Fact]
    public void Lines_OfANewStatus_SayFromWhatToWhat() => Change(Queued, Rows.Living).ShouldBe("queued → processing");

    [Fact]
    public void Lines_OfAnEndAndItsWebhook_SayBothAtOnce() =>
        Change(Rows.Living, Rows.Settled).ShouldBe("processing → completed, webhook verified (attempt 1)");

    [Fact]
    public void Lines_OfAWebhookAlone_RepeatTheStatus() =>
        Change(Rows.Settled with { Webhook = null }, Rows.Settled).ShouldBe("completed, webhook verified (attempt 1)");

    [Fact]
    public void Lines_OfASecondAttempt_AreAChange() =>
        Change(Rows.Settled with { Webhook = Rows.AnsweredBadly }, Rows.Settled with { Webhook = Rows.Accepted with { Attempt = 2 } })
            .ShouldBe("completed, webhook verified (attempt 2)");

    [Fact]
    public void Lines_OfAnAttemptAnsweredBadly_SayThatItComesAgain() =>
        Change(Rows.Settled with { Webhook = null }, Rows.Settled with { Webhook = Rows.AnsweredBadly })
            .ShouldBe("completed, webhook verified (attempt 1) and answered 500 on purpose: it comes again");

    [Fact]
    public void Lines_OfARefusedWebhook_SayWhy() =>
        Change(Rows.Settled with { Webhook = null }, Rows.Settled with { Webhook = Rows.Refused })
            .ShouldBe("completed, webhook refused: NoMatchingSignature");

    [Fact]
    public void Lines_WhereOnlyAgeAndPollsMoved_AreNone() =>
        ChangeLines.Of([Rows.Living], [Rows.Living with { Polls = 4, Age = TimeSpan.FromSeconds(9) }], TimeSpan.Zero).ShouldBeEmpty();

    private static string Change(TaskRow before, TaskRow now) =>
        ChangeLines.Of([before], [now], TimeSpan.Zero).ShouldHaveSingleItem().Split("  ", StringSplitOptions.TrimEntries)[^1];
}

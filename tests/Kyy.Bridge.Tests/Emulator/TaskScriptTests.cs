using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class TaskScriptTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(0, "queued")]
    [InlineData(9.999, "queued")]
    [InlineData(10, "processing")]
    [InlineData(29.999, "processing")]
    [InlineData(30, "failed")]
    [InlineData(86_400, "failed")]
    public void TimedScript_GoesByAgeAlone(double age, string expected)
    {
        var script = new TimedScript(10 * Second, 20 * Second, EmulatedStatus.Failed);

        script.StatusAt(age * Second, poll: 1).Word().ShouldBe(expected);
        script.StatusAt(age * Second, poll: 99).Word().ShouldBe(expected);
    }

    [Theory]
    [InlineData(1, "processing")]
    [InlineData(2, "queued")]
    [InlineData(3, "completed")]
    [InlineData(4, "completed")]
    public void SteppedScript_GoesByPollsAlone_AndStaysAtItsLastStep(int poll, string expected)
    {
        var script = new SteppedScript([EmulatedStatus.Processing, EmulatedStatus.Queued, EmulatedStatus.Completed]);

        script.StatusAt(TimeSpan.Zero, poll).Word().ShouldBe(expected);
        script.StatusAt(TimeSpan.FromDays(1), poll).Word().ShouldBe(expected);
    }
}

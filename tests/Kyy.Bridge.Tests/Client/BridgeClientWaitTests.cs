using Kyy.Bridge.Client;

namespace Kyy.Bridge.Tests.Client;

public sealed class BridgeClientWaitTests
{
    private readonly SteppingClock _clock = new(new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WaitForEnd_EndsInALaterRound_AsksAgainUntilThen()
    {
        await using var bridge = await ScriptedBridge.StartAsync(Living(held: 50), Living(held: 50), Ended);

        var task = await bridge.Client(time: _clock).WaitForEndAsync("tsk_01", TimeSpan.FromMinutes(10), Stop);

        task.Ended.ShouldBeTrue();
        bridge.Requests.Select(request => request.Line).ShouldAllBe(line => line == "GET /v1/tasks/tsk_01?wait=50");
        bridge.Requests.Count.ShouldBe(3);
        _clock.Passed.ShouldBe(TimeSpan.FromSeconds(100));
    }

    [Fact]
    public async Task WaitForEnd_TimeIsOver_AnswersTheTaskAsItIs()
    {
        await using var bridge = await ScriptedBridge.StartAsync(Living(held: 50), Living(held: 21));

        var task = await bridge.Client(time: _clock).WaitForEndAsync("tsk_01", TimeSpan.FromSeconds(70.5), Stop);

        task.Ended.ShouldBeFalse();
        bridge.Requests.Select(request => request.Line).ShouldBe(["GET /v1/tasks/tsk_01?wait=50", "GET /v1/tasks/tsk_01?wait=21"]);
    }

    [Fact]
    public async Task WaitForEnd_NoTimeAtAll_LooksOnce()
    {
        await using var bridge = await ScriptedBridge.StartAsync(Living(held: 0));

        await bridge.Client(time: _clock).WaitForEndAsync("tsk_01", TimeSpan.Zero, Stop);

        bridge.Request.Line.ShouldBe("GET /v1/tasks/tsk_01?wait=1");
    }

    [Fact]
    public async Task WaitForEnd_ServiceDoesNotHold_AsksOnceASecond()
    {
        await using var bridge = await ScriptedBridge.StartAsync(Living(held: 0), Living(held: 0), Living(held: 0), Ended);

        await bridge.Client(time: _clock).WaitForEndAsync("tsk_01", TimeSpan.FromMinutes(1), Stop);

        _clock.Passed.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task WaitForEnd_Refused_IsNotRepeated()
    {
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(429) { RetryAfter = "7" });

        var refused = await Should.ThrowAsync<BridgeException>(
            () => bridge.Client(time: _clock).WaitForEndAsync("tsk_01", TimeSpan.FromMinutes(1), Stop));

        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));
        bridge.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task WaitForEnd_Cancelled_GivesUp()
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(200, Samples.LivingTask) { Before = cancelled.Cancel });

        await Should.ThrowAsync<OperationCanceledException>(
            () => bridge.Client(time: _clock).WaitForEndAsync("tsk_01", TimeSpan.FromMinutes(1), cancelled.Token));
    }

    private static Answer Ended => new(200, Samples.EndedTask);

    private Answer Living(int held) => new(200, Samples.LivingTask) { Before = () => _clock.Advance(TimeSpan.FromSeconds(held)) };
}

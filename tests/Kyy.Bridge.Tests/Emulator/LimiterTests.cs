using System.Net;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Limits;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class LimiterTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();

    [Fact]
    public void Window_Slides()
    {
        var limiters = Make(new() { PerKey = new() { Requests = 3, Window = 10 * Second } });

        Let(limiters, "k", 2).ShouldBe(2);
        _time.Advance(6 * Second);
        Let(limiters, "k", 2).ShouldBe(1);
        _time.Advance((4 * Second) - TimeSpan.FromTicks(1));
        Let(limiters, "k", 1).ShouldBe(0);
        _time.Advance(TimeSpan.FromTicks(1));
        Let(limiters, "k", 5).ShouldBe(2);
        _time.Advance(6 * Second);
        Let(limiters, "k", 5).ShouldBe(1);
    }

    [Fact]
    public void Window_IsScaled_AndEachKeyHasItsOwn()
    {
        var limiters = Make(new() { PerKey = new() { Requests = 1, Window = 10 * Second } }, timeScale: 0.1);

        Let(limiters, "k", 2).ShouldBe(1);
        Let(limiters, "l", 2).ShouldBe(1);
        _time.Advance(Second);
        Let(limiters, "k", 2).ShouldBe(1);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void Refused_TakeRoom_WhereTheyAreSaidTo(bool counts, int later)
    {
        var limiters = Make(new() { PerKey = new() { Requests = 1, Window = 10 * Second, CountsRefused = counts } });
        Let(limiters, "k", 1);
        _time.Advance(6 * Second);
        Let(limiters, "k", 1);
        _time.Advance(6 * Second);

        Let(limiters, "k", 1).ShouldBe(later);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("7", "7")]
    [InlineData("soon", "soon")]
    [InlineData("auto", "4")]
    public void RetryAfter_IsAsWritten_OrUntilThereIsRoom(string? written, string? sent)
    {
        var limiters = Make(new() { PerKey = new() { Requests = 1, Window = 10 * Second, RetryAfter = written } });
        Let(limiters, "k", 1);
        _time.Advance(6.5 * Second);

        var refusal = limiters.RefuseKey("k", null).ShouldNotBeNull();

        refusal.StatusCode.ShouldBe(429);
        refusal.RetryAfter.ShouldBe(sent);
    }

    [Fact]
    public void Addresses_AreCountedWhateverTheKey()
    {
        var limiters = Make(new() { PerAddress = new() { Requests = 1 } });

        limiters.RefuseAddress(IPAddress.Loopback).ShouldBeNull();
        limiters.RefuseAddress(IPAddress.Loopback).ShouldNotBeNull();
        limiters.RefuseAddress(IPAddress.IPv6Loopback).ShouldBeNull();
    }

    [Fact]
    public void EarlyPoll_IsRefused_AndItsKeyForAsLongAsThePenalty()
    {
        var limiters = Make(new() { EarlyPolls = new() { Penalty = 60 * Second, RetryAfter = "auto" } });

        limiters.RefuseKey("k", null).ShouldBeNull();
        limiters.RefuseKey("k", 30 * Second).ShouldBeNull();
        limiters.RefuseKey("k", 29 * Second).ShouldNotBeNull().RetryAfter.ShouldBe("60");
        _time.Advance(59 * Second);
        limiters.RefuseKey("k", null).ShouldNotBeNull().RetryAfter.ShouldBe("1");
        limiters.RefuseKey("l", null).ShouldBeNull();
        _time.Advance(Second);
        limiters.RefuseKey("k", null).ShouldBeNull();
    }

    [Fact]
    public void ManyAtOnce_AreLetThroughToTheNumber()
    {
        var limiters = Make(new() { PerKey = new() { Requests = 5000, Window = Second } });
        var through = 0;

        Parallel.For(0, 20_000, _ =>
        {
            if (limiters.RefuseKey("k", null) is null) Interlocked.Increment(ref through);
        });

        through.ShouldBe(5000);
    }

    [Fact]
    public async Task OverTheSocket_ARefusalIsCounted_AndTheMostInAWindowOfEachKey()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new() { Limits = new() { PerKey = new() { Requests = 2 } } });
        emulator.Server.Tasks.Create(new() { Family = EmulatedFamily.Veo, Id = "d", Statuses = [EmulatedStatus.Queued] });

        foreach (var id in new[] { "a", "b", "c" }) await emulator.StatusOfAsync(id);
        (await emulator.StatusOfAsync("d")).ShouldBe("429");
        emulator.Time.Advance(Second);
        (await emulator.StatusOfAsync("d")).ShouldBe("queued");

        emulator.Server.Report().ShouldSatisfyAllConditions(
            report => report.Limited.ShouldBe(2),
            report => report.Answers[429].ShouldBe(2),
            report => report.Keys.ShouldHaveSingleItem().ShouldBe(new KeyReport("key-…", 5, 4, 2)));
        emulator.Server.MostInAWindow(EmulatorFixture.Key).ShouldBe(4);
    }

    [Fact]
    public async Task OverTheSocket_AnAddressIsCountedBeforeItsKeyIsLookedAt()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new() { Limits = new() { PerAddress = new() { Requests = 1 } } });
        emulator.Client.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");

        (await emulator.StatusOfAsync("a")).ShouldBe("401");
        (await emulator.StatusOfAsync("a")).ShouldBe("429");
    }

    private static int Let(Limiters limiters, string key, int polls) =>
        Enumerable.Range(0, polls).Count(_ => limiters.RefuseKey(key, null) is null);

    private Limiters Make(LimitOptions options, double timeScale = 1) => new(options, timeScale, new MonotonicClock(_time));
}

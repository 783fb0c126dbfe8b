using Kyy.Bridge.Http;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http;

public sealed class BriefCacheTests
{
    private readonly TestClock _clock = new();
    private int _looks;

    [Fact]
    public async Task Get_WithinItsLife_LooksOnce()
    {
        var cache = Cache(key => Task.FromResult(key));

        await cache.GetAsync("a");
        await cache.GetAsync("a");

        _looks.ShouldBe(1);
    }

    [Fact]
    public async Task Get_LookUnderWay_SharesIt()
    {
        var answer = new TaskCompletionSource<string>();
        var cache = Cache(_ => answer.Task);

        var both = Task.WhenAll(cache.GetAsync("a"), cache.GetAsync("a"));
        answer.SetResult("found");

        (await both).ShouldBe(["found", "found"]);
        _looks.ShouldBe(1);
    }

    [Fact]
    public async Task Get_PastItsLife_LooksAgain()
    {
        var cache = Cache(key => Task.FromResult(key));

        await cache.GetAsync("a");
        _clock.Advance(TimeSpan.FromSeconds(3));
        await cache.GetAsync("a");

        _looks.ShouldBe(2);
    }

    [Fact]
    public async Task Get_LookFailed_LooksAgain()
    {
        var cache = Cache(_ => Task.FromException<string>(new TimeoutException()));

        await Should.ThrowAsync<TimeoutException>(() => cache.GetAsync("a"));
        await Should.ThrowAsync<TimeoutException>(() => cache.GetAsync("a"));

        _looks.ShouldBe(2);
    }

    [Fact]
    public async Task Get_MoreKeysThanItHolds_StillAnswersAndStaysBounded()
    {
        var cache = Cache(key => Task.FromResult(key));

        for (var key = 0; key < 25; key++) (await cache.GetAsync($"{key}")).ShouldBe($"{key}");
        await cache.GetAsync("0");

        _looks.ShouldBe(26);
    }

    private BriefCache<string, string> Cache(Func<string, Task<string>> look) => new(TimeSpan.FromSeconds(3), 10, _clock, key =>
    {
        _looks++;
        return look(key);
    });
}

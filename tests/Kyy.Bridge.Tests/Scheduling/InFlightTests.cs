using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Tests.Scheduling;

public sealed class InFlightTests
{
    private readonly InFlight _inFlight = new();

    [Fact]
    public void Nothing_begun_is_empty() => _inFlight.WhenEmptyAsync().IsCompletedSuccessfully.ShouldBeTrue();

    [Fact]
    public async Task It_is_empty_when_the_last_of_what_was_begun_has_ended()
    {
        TaskCompletionSource first = new(), second = new();
        _inFlight.Begin(() => first.Task);
        _inFlight.Begin(() => second.Task);
        var empty = _inFlight.WhenEmptyAsync();

        first.SetResult();
        empty.IsCompleted.ShouldBeFalse();
        second.SetResult();

        await empty.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        _inFlight.WhenEmptyAsync().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Work_that_fails_is_over_too()
    {
        TaskCompletionSource work = new();
        _inFlight.Begin(() => work.Task);
        _inFlight.Begin(() => throw new InvalidOperationException("before its first wait"));
        var empty = _inFlight.WhenEmptyAsync();

        work.SetException(new InvalidOperationException("after it"));

        await empty.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Whatever_begins_and_ends_at_once_the_count_is_right()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 2_000; i++) _inFlight.Begin(async () => await Task.Yield());
        })));

        await _inFlight.WhenEmptyAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var hold = new TaskCompletionSource();
        _inFlight.Begin(() => hold.Task);
        _inFlight.WhenEmptyAsync().IsCompleted.ShouldBeFalse();
        hold.SetResult();
    }
}

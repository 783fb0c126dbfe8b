using System.Collections.Concurrent;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class BatcherTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly ConcurrentQueue<int[]> _written = [];

    [Fact]
    public async Task A_lone_row_is_written_at_once()
    {
        await using var batcher = new Batcher<int>(100, WriteAsync);

        await batcher.AddAsync(1, Cancellation).WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        _written.ShouldHaveSingleItem().ShouldBe([1]);
    }

    [Fact]
    public async Task What_arrives_while_a_write_is_under_way_makes_the_next_batch_in_order()
    {
        var (started, released) = (NewSignal(), NewSignal());
        await using var batcher = new Batcher<int>(100, async rows =>
        {
            started.TrySetResult();
            await released.Task;
            await WriteAsync(rows);
        });
        var first = batcher.AddAsync(0, Cancellation);
        await started.Task;

        Task[] others = [.. Enumerable.Range(1, 30).Select(row => batcher.AddAsync(row, Cancellation))];
        first.IsCompleted.ShouldBeFalse();
        released.SetResult();
        await Task.WhenAll([first, .. others]);

        _written.Count.ShouldBe(2);
        _written.Last().ShouldBe(Enumerable.Range(1, 30));
    }

    [Fact]
    public async Task No_batch_is_larger_than_allowed_and_no_row_is_written_twice()
    {
        await using var batcher = new Batcher<int>(7, WriteAsync);

        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(row => Task.Run(() => batcher.AddAsync(row, Cancellation), Cancellation)));

        _written.ShouldAllBe(batch => batch.Length <= 7);
        _written.SelectMany(batch => batch).Order().ShouldBe(Enumerable.Range(0, 1_000));
    }

    [Fact]
    public async Task Writes_never_overlap()
    {
        var writing = 0;
        await using var batcher = new Batcher<int>(3, async _ =>
        {
            Interlocked.Increment(ref writing).ShouldBe(1);
            await Task.Yield();
            Interlocked.Decrement(ref writing);
        });

        await Task.WhenAll(Enumerable.Range(0, 300).Select(row => Task.Run(() => batcher.AddAsync(row, Cancellation), Cancellation)));
    }

    [Fact]
    public async Task A_failure_reaches_everybody_whose_row_was_in_the_batch_and_nobody_else()
    {
        var (started, released) = (NewSignal(), NewSignal());
        await using var batcher = new Batcher<int>(100, async rows =>
        {
            if (rows is [0])
            {
                started.TrySetResult();
                await released.Task;
            }

            if (rows.Contains(2)) throw new InvalidOperationException("no");
        });
        var first = batcher.AddAsync(0, Cancellation);
        await started.Task;
        Task[] failing = [batcher.AddAsync(1, Cancellation), batcher.AddAsync(2, Cancellation)];
        released.SetResult();

        await first;
        foreach (var row in failing) (await Should.ThrowAsync<InvalidOperationException>(row)).Message.ShouldBe("no");
        await batcher.AddAsync(3, Cancellation);
    }

    [Fact]
    public async Task What_was_added_before_the_end_is_written_and_what_comes_later_is_refused()
    {
        var (started, released) = (NewSignal(), NewSignal());
        var batcher = new Batcher<int>(1, async rows =>
        {
            started.TrySetResult();
            await released.Task;
            await WriteAsync(rows);
        });
        Task[] added = [.. Enumerable.Range(0, 3).Select(row => batcher.AddAsync(row, Cancellation))];
        await started.Task;

        var disposed = batcher.DisposeAsync().AsTask();
        await Should.ThrowAsync<Exception>(batcher.AddAsync(9, Cancellation));
        released.SetResult();
        await disposed;

        await Task.WhenAll(added);
        _written.SelectMany(batch => batch).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task Whoever_gives_up_while_there_is_no_place_adds_nothing()
    {
        var released = NewSignal();
        await using var batcher = new Batcher<int>(1, async rows =>
        {
            await released.Task;
            await WriteAsync(rows);
        });
        // One is being written, four wait: that is all that fits.
        Task[] added = [.. Enumerable.Range(0, 20).Select(row => batcher.AddAsync(row, Cancellation))];
        using var patience = new CancellationTokenSource();
        var late = batcher.AddAsync(99, patience.Token);

        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(late);
        released.SetResult();
        await Task.WhenAll(added);

        _written.SelectMany(batch => batch).ShouldNotContain(99);
    }

    private Task WriteAsync(IReadOnlyList<int> rows)
    {
        _written.Enqueue([.. rows]);
        return Task.CompletedTask;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

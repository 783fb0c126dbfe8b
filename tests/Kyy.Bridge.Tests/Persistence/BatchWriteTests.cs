using System.Net.Sockets;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class BatchWriteTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _stored = [];
    private readonly List<int> _batches = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("22021")] // A NUL in a text.
    [InlineData("23514")]
    public async Task A_batch_that_is_refused_for_its_data_is_halved_until_the_row_stands_alone_and_loses_its_texts(string sqlState)
    {
        var rows = Enumerable.Range(0, 100).Select(i => i == 37 ? "poison" : $"row {i}").ToArray();

        await RunAsync(rows, batch =>
        {
            if (batch.Contains("poison")) throw Refusal(sqlState);
            _stored.AddRange(batch);
        });

        _stored.Count.ShouldBe(100);
        _stored.ShouldContain("POISON without texts");
        _stored.Except(["POISON without texts"]).ShouldBe(rows.Except(["poison"]), ignoreOrder: true);
        _batches.Count.ShouldBeLessThan(20);
    }

    [Fact]
    public async Task A_row_that_is_refused_even_without_its_texts_keeps_no_other_from_being_written()
    {
        var run = RunAsync(["a", "poison", "b", "c"], batch =>
        {
            if (batch.Any(row => row.Contains("poison", StringComparison.OrdinalIgnoreCase))) throw Refusal("23503");
            _stored.AddRange(batch);
        });

        (await Should.ThrowAsync<PostgresException>(run)).SqlState.ShouldBe("23503");
        _stored.ShouldBe(["a", "b", "c"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("40P01")] // A deadlock.
    [InlineData("40001")]
    [InlineData("55P03")] // The lock time-out.
    [InlineData("57014")] // The statement time-out.
    [InlineData("57P01")] // The server is shut down.
    [InlineData("57P02")]
    [InlineData("57P03")]
    [InlineData("53100")] // The disk is full.
    [InlineData("25006")] // A standby that has not been promoted yet.
    public async Task What_passes_is_repeated_with_the_whole_batch(string sqlState)
    {
        var run = RunAsync(["a", "b"], batch =>
        {
            if (_batches.Count < 3) throw Refusal(sqlState);
            _stored.AddRange(batch);
        });
        await AdvanceAsync(run, repetitions: 2);

        await run;
        _batches.ShouldBe([2, 2, 2]);
        _stored.ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_lost_connection_is_waited_out_ever_more_patiently_up_to_two_seconds()
    {
        var run = RunAsync(["a"], _ =>
        {
            if (_batches.Count <= 9) throw new NpgsqlException("lost", new SocketException((int)SocketError.ConnectionReset));
        });

        foreach (var wait in (int[])[50, 100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000])
        {
            await _time.WaitForTimersAsync(1);
            var before = _batches.Count;
            _time.Advance(TimeSpan.FromMilliseconds(wait - 1));
            _batches.Count.ShouldBe(before);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await run;
        _batches.Count.ShouldBe(10);
    }

    [Fact]
    public async Task Whoever_gives_up_is_told_so_and_nothing_is_repeated()
    {
        using var giveUp = new CancellationTokenSource();
        var run = RunAsync(["a"], _ => throw Refusal("40P01"), giveUp.Token);
        await _time.WaitForTimersAsync(1);

        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(run);
        _batches.Count.ShouldBe(1);
        await Should.ThrowAsync<PostgresException>(RunAsync(["a"], _ => throw Refusal("40P01"), giveUp.Token));
    }

    [Theory]
    [InlineData("42P01")]
    [InlineData("42501")]
    public async Task A_defect_is_thrown_at_once_and_not_taken_for_the_row_s_fault(string sqlState)
    {
        (await Should.ThrowAsync<PostgresException>(RunAsync(["a", "b"], _ => throw Refusal(sqlState)))).SqlState.ShouldBe(sqlState);
        _batches.ShouldBe([2]);
    }

    private Task RunAsync(string[] rows, Action<IReadOnlyList<string>> write, CancellationToken? giveUp = null) => BatchWrite.RunAsync(
        rows,
        batch =>
        {
            _batches.Add(batch.Count);
            write(batch);
            return Task.CompletedTask;
        },
        row => row.ToUpperInvariant() + " without texts", _time, NullLogger.Instance, giveUp ?? Cancellation);

    private async Task AdvanceAsync(Task run, int repetitions)
    {
        for (var i = 0; i < repetitions; i++)
        {
            await Task.WhenAny(run, _time.WaitForTimersAsync(1));
            _time.Advance(TimeSpan.FromSeconds(2));
        }
    }

    private static PostgresException Refusal(string sqlState) => new("refused", "ERROR", "ERROR", sqlState);
}

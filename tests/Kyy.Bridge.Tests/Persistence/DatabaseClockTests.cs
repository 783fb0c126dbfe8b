using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class DatabaseClockTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_tells_the_database_s_time_however_wrong_this_machine_s_is()
    {
        await using var database = await server.CreateDatabaseAsync();
        var time = new ManualTime(); // Months behind, and without any time passing.
        var clock = new DatabaseClock(database.DataSource, time);

        var before = await DatabaseTimeAsync(database);
        await clock.SynchroniseAsync(Cancellation);
        var after = await DatabaseTimeAsync(database);

        clock.Now.ShouldBeInRange(before, after);
    }

    [Fact]
    public async Task It_is_counted_on_by_the_monotonic_clock_and_a_wall_clock_that_is_set_does_not_matter()
    {
        await using var database = await server.CreateDatabaseAsync();
        var time = new ManualTime();
        var clock = new DatabaseClock(database.DataSource, time);
        await clock.SynchroniseAsync(Cancellation);
        var read = clock.Now;

        time.Advance(TimeSpan.FromSeconds(12));
        time.ShiftWallClock(TimeSpan.FromHours(-3));

        clock.Now.ShouldBe(read + TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task It_does_not_guess_before_it_was_read()
    {
        await using var database = await server.CreateDatabaseAsync();

        Should.Throw<InvalidOperationException>(() => new DatabaseClock(database.DataSource, new ManualTime()).Now);
    }

    private static async Task<DateTimeOffset> DatabaseTimeAsync(TestDatabase database)
    {
        await using var command = database.DataSource.CreateCommand("select clock_timestamp()");
        return (DateTime)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}

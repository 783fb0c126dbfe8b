using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults.Database;

/// <summary>What the faults do to the server itself, so that a test of the service hurts it as it says.</summary>
public sealed class MortalPostgresTests
{
    [Fact]
    public async Task Kill_and_start_keep_what_was_committed()
    {
        await using var server = await MortalPostgres.StartAsync();
        (await server.ScalarAsync<string>("select current_setting('fsync') || current_setting('synchronous_commit')")).ShouldBe("onon");
        await server.ExecuteAsync("create table kept as select 42 as answer");

        await server.KillAsync();
        await Should.ThrowAsync<NpgsqlException>(() => server.ScalarAsync<int>("select 1"));
        await server.StartAsync();
        (await server.ScalarAsync<int>("select answer from kept")).ShouldBe(42);

        await server.RestartAsync();
        (await server.ScalarAsync<int>("select answer from kept")).ShouldBe(42);
        await using var busy = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await server.KillBackendAsync();
        await server.StartAsync();
        (await server.ScalarAsync<int>("select answer from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task Frozen_and_thawed_and_cut_and_full_of_connections()
    {
        await using var server = await MortalPostgres.StartAsync();
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var slow = new NpgsqlCommand("select 42", connection);

        await server.FreezeAsync();
        var answer = slow.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        await Should.ThrowAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromMilliseconds(200), TimeProvider.System));
        await server.ThawAsync();
        (await answer).ShouldBe(42);

        await using (await server.HoldConnectionsAsync())
            (await Should.ThrowAsync<PostgresException>(() => server.ScalarAsync<int>("select 1"))).SqlState.ShouldBe("53300");
        await Wait.UntilAsync(async () => await TryAsync(server), "connections are given again");
        // Those that were held may be still on their way out.
        (await server.CutConnectionsAsync()).ShouldBeGreaterThanOrEqualTo(1);
        (await Should.ThrowAsync<NpgsqlException>(() => slow.ExecuteScalarAsync(TestContext.Current.CancellationToken))).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_full_disk_refuses_rows_until_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(160);
        await using var server = await MortalPostgres.StartAsync(disk);
        await server.ExecuteAsync("create table grows (text text)");

        await disk.FillAsync();
        const string Grow = "insert into grows select repeat('x', 1000) from generate_series(1, 100)";
        (await Should.ThrowAsync<PostgresException>(() => server.ExecuteAsync(Grow))).SqlState.ShouldBe("53100");
        disk.Empty();
        await server.ExecuteAsync(Grow);
        (await server.ScalarAsync<long>("select count(*) from grows")).ShouldBe(100);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restored_backup_is_as_it_was(bool isRecovery)
    {
        await using var server = await MortalPostgres.StartAsync();
        await server.ExecuteAsync("create table counted as select 1 as number");
        var backup = await server.BackUpAsync();
        await server.ExecuteAsync("insert into counted values (2)");

        await server.RestoreAsync(backup, isRecovery);

        (await server.ScalarAsync<long>("select count(*) from counted")).ShouldBe(1);
        (await server.ScalarAsync<string>("select left(pg_walfile_name(pg_current_wal_lsn()), 8)")).ShouldBe(isRecovery ? "00000002" : "00000001");
        await server.ExecuteAsync("insert into counted values (2)");
    }

    [Fact]
    public async Task A_synchronous_standby_has_every_commit_when_it_takes_over()
    {
        await using var server = await MortalPostgres.StartAsync();
        await using var standby = await server.StandbyAsync(isSynchronous: true);
        await server.ExecuteAsync("create table counted as select 1 as number");
        await server.ExecuteAsync("insert into counted values (2)");

        await server.KillAsync();
        await standby.PromoteAsync();

        (await standby.ScalarAsync<long>("select count(*) from counted")).ShouldBe(2);
    }

    [Fact]
    public async Task An_asynchronous_standby_lacks_what_it_had_not_been_sent()
    {
        await using var server = await MortalPostgres.StartAsync();
        await using var standby = await server.StandbyAsync(isSynchronous: false);
        await server.ExecuteAsync("create table counted as select 1 as number");
        await Wait.UntilAsync(async () => await standby.ScalarAsync<bool>("select to_regclass('counted') is not null"), "the standby has it");

        await standby.StopAsync();
        await server.ExecuteAsync("insert into counted values (2)");
        await server.KillAsync();
        await standby.StartAsync();
        await standby.PromoteAsync();

        (await standby.ScalarAsync<long>("select count(*) from counted")).ShouldBe(1);
    }

    private static async Task<bool> TryAsync(MortalPostgres server)
    {
        try
        {
            return await server.ScalarAsync<int>("select 1") == 1;
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            return false;
        }
    }
}

using Kyy.Bridge.Tests.Support;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>
/// Holds replicas inside the transaction that records ends: its tasks are ended, its events about to be inserted, nothing committed. There
/// their backends wait, and the test sees them wait, until it lets them go on or ends them.
/// </summary>
/// <remarks>The service waits 3 s for a lock, so that whoever is to die inside has to within that time.</remarks>
internal sealed class InsideTheRecord : IAsyncDisposable
{
    // Any number, as long as no other advisory lock of this database has it in its first half.
    private const int Class = 1_803_123_046;

    private const string Setting = "kyy.replica";

    private static readonly string TriggerSql = $"""
        create function bridge.hold_record() returns trigger language plpgsql as $$
        begin
            perform pg_advisory_xact_lock_shared({Class}, current_setting('{Setting}', true)::integer)
            where current_setting('{Setting}', true) <> '';
            return null;
        end $$;
        create trigger hold_record before insert on bridge.events execute function bridge.hold_record();
        """;

    private const string WaitingSql = """
        select coalesce(array_agg(pid), '{}') from pg_locks
        where locktype = 'advisory' and not granted and classid = $1 and objid = $2 and objsubid = 2
          and database = (select oid from pg_database where datname = current_database())
        """;

    private readonly TestDatabase _database;
    private readonly NpgsqlConnection _holder;

    private InsideTheRecord(TestDatabase database, NpgsqlConnection holder) => (_database, _holder) = (database, holder);

    /// <summary>Puts what holds into the database. Nobody is held by that alone.</summary>
    public static async Task<InsideTheRecord> BuildAsync(TestDatabase database)
    {
        await using var build = database.DataSource.CreateCommand(TriggerSql);
        await build.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new(database, await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The connection string of a replica that can be held by its number.</summary>
    public static string ConnectionOf(TestDatabase database, int replica)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        connection.Options = $"{connection.Options} -c {Setting}={replica}".TrimStart();
        return connection.ConnectionString;
    }

    /// <summary>From now on a replica goes no further than into the transaction.</summary>
    public Task HoldAsync(int replica) => LockAsync("pg_advisory_lock", replica);

    /// <summary>Lets it go on, dead or alive: PostgreSQL commits what a dead one had sent as a whole.</summary>
    public Task LetGoAsync(int replica) => LockAsync("pg_advisory_unlock", replica);

    /// <summary>Waits until a replica is inside, and returns the backends that wait.</summary>
    public async Task<int[]> WhenInsideAsync(int replica)
    {
        int[] waiting = [];
        await Wait.UntilAsync(async () => (waiting = await WaitingAsync(replica)).Length > 0, $"replica {replica} is inside");
        return waiting;
    }

    /// <summary>Ends the backends that wait, so that all is rolled back, as where a machine is gone with its connections.</summary>
    public async Task EndAsync(int[] backends)
    {
        await using var end = _database.DataSource.CreateCommand("select pg_terminate_backend(pid, 5000) from unnest($1) pid");
        end.Parameters.Add(new() { Value = backends });
        await end.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _holder.DisposeAsync();

    private async Task<int[]> WaitingAsync(int replica)
    {
        await using var look = _database.DataSource.CreateCommand(WaitingSql);
        look.Parameters.Add(new() { Value = (uint)Class, NpgsqlDbType = NpgsqlDbType.Oid });
        look.Parameters.Add(new() { Value = (uint)replica, NpgsqlDbType = NpgsqlDbType.Oid });
        return (int[])(await look.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private async Task LockAsync(string function, int replica)
    {
        await using var command = new NpgsqlCommand($"select {function}($1, $2)", _holder);
        command.Parameters.Add(new() { Value = Class });
        command.Parameters.Add(new() { Value = replica });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

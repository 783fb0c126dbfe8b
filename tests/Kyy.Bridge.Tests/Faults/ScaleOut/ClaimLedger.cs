using Npgsql;

namespace Kyy.Bridge.Tests.Faults.ScaleOut;

/// <summary>
/// Who claimed how many rows, in the order of the claims: written by triggers, which know a replica by a setting of its connections.
/// </summary>
internal sealed class ClaimLedger(NpgsqlDataSource dataSource)
{
    public const string Tasks = "tasks", Deliveries = "deliveries";

    // `polls` and `claim` are raised by claims alone.
    private const string Sql = """
        create table public.ledger (number bigint generated always as identity, what text, replica text, claimed integer);
        create function public.note() returns trigger language plpgsql as $$
        begin
            execute format('insert into public.ledger (what, replica, claimed)
                            select %L, current_setting(''kyy.replica''), count(*) from after a join before b using (id) where a.%I > b.%I
                            having count(*) > 0', tg_table_name, tg_argv[0], tg_argv[0]);
            return null;
        end $$;
        create trigger note after update on bridge.tasks referencing old table as before new table as after
            for each statement execute function public.note('polls');
        create trigger note after update on bridge.deliveries referencing old table as before new table as after
            for each statement execute function public.note('claim');
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A way to the database that the ledger knows by this name.</summary>
    public static string WayOf(string connectionString, string replica) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Options = $"-c kyy.replica={replica}" }.ConnectionString;

    public async Task OpenAsync()
    {
        await using var command = dataSource.CreateCommand(Sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>The replica that claimed it, for each row that was claimed, in the order of the claims.</summary>
    public async Task<List<string>> ReadAsync(string what)
    {
        await using var command = dataSource.CreateCommand(
            "select replica from public.ledger, generate_series(1, claimed) where what = $1 order by number");
        command.Parameters.Add(new() { Value = what });
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var replicas = new List<string>();
        while (await reader.ReadAsync(Cancellation)) replicas.Add(reader.GetString(0));
        return replicas;
    }
}

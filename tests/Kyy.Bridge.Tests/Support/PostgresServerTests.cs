namespace Kyy.Bridge.Tests.Support;

public sealed class PostgresServerTests(PostgresServer server)
{
    [Fact]
    public async Task CreateDatabase_Twice_GivesDatabasesThatShareNothing()
    {
        await using var one = await server.CreateDatabaseAsync();
        await using var other = await server.CreateDatabaseAsync();
        await using var create = one.DataSource.CreateCommand("CREATE TABLE mine (id int)");
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await using var look = other.DataSource.CreateCommand("SELECT to_regclass('mine') IS NULL");
        (await look.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe(true);
    }

    [Fact]
    public async Task Dispose_ConnectionStillOpen_DropsTheDatabase()
    {
        var database = await server.CreateDatabaseAsync();
        await using var lingering = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);

        await database.DisposeAsync();

        await using var rest = await server.CreateDatabaseAsync();
        await using var look = rest.DataSource.CreateCommand("SELECT count(*) FROM pg_database WHERE datname = $1");
        look.Parameters.AddWithValue(lingering.Database);
        (await look.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe(0L);
    }
}

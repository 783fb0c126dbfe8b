using Npgsql;

namespace Kyy.Bridge.Benchmarks.Statements;

/// <summary>How PostgreSQL runs the statements: each with its real parameters, in a transaction that is taken back.</summary>
internal sealed class Plans(NpgsqlDataSource dataSource, string folder)
{
    /// <summary>Runs the commands one after the other and keeps their plans as <c>NAME.txt</c>.</summary>
    public async Task SaveAsync(string name, IEnumerable<NpgsqlBatchCommand> commands, CancellationToken stopping)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stopping);
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        var lines = new List<string>();
        foreach (var command in commands) lines.AddRange([.. await ExplainAsync(connection, transaction, command, stopping), ""]);
        await transaction.RollbackAsync(stopping);
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(Path.Combine(folder, $"{name}.txt"), lines, stopping);
    }

    private static async Task<List<string>> ExplainAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, NpgsqlBatchCommand command, CancellationToken stopping)
    {
        command.CommandText = "explain (analyze, buffers) " + command.CommandText;
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { command } };
        await using var reader = await batch.ExecuteReaderAsync(stopping);
        var lines = new List<string>();
        while (await reader.ReadAsync(stopping)) lines.Add(reader.GetString(0));
        return lines;
    }
}

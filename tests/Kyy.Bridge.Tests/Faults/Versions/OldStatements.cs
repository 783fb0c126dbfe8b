using Kyy.Bridge.Tests.Support;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Tests.Faults.Versions;

/// <summary>
/// The statements of the last version before a migration, as they were: kept as text, since the code that had them is gone. Whoever adds
/// a migration keeps today's first, in a folder with the number of the newest migration there is then.
/// </summary>
internal sealed class OldStatements(NpgsqlDataSource dataSource)
{
    /// <summary>The newest migration that they know.</summary>
    public const string Newest = "0004_upkeep";

    private const string Folder = "tests/Kyy.Bridge.Tests/Faults/Versions/Schema0004";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Those that are kept, by name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Repository.Files(Folder).Select(file => Path.GetFileNameWithoutExtension(file))];

    /// <summary>Those that were run.</summary>
    public HashSet<string> Run { get; } = [];

    /// <summary>A value that may be null, and is here.</summary>
    public static NpgsqlParameter Null(NpgsqlDbType type) => new() { Value = DBNull.Value, NpgsqlDbType = type };

    /// <summary>A list of one, which is null.</summary>
    public static NpgsqlParameter Nulls<T>(NpgsqlDbType type) => new() { Value = new T?[] { default }, NpgsqlDbType = NpgsqlDbType.Array | type };

    /// <summary>Runs one, and returns the first column of what it answers.</summary>
    public async Task<List<object>> AskAsync(string name, params object[] values)
    {
        await using var command = Command(name, values);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var answers = new List<object>();
        while (await reader.ReadAsync(Cancellation)) answers.Add(reader.GetValue(0));
        return answers;
    }

    /// <summary>Runs one, which is to change so many rows.</summary>
    public async Task DoAsync(int rows, string name, params object[] values)
    {
        await using var command = Command(name, values);
        (await command.ExecuteNonQueryAsync(Cancellation)).ShouldBe(rows, name);
    }

    private NpgsqlCommand Command(string name, object[] values)
    {
        Run.Add(name);
        var command = dataSource.CreateCommand(Repository.Read($"{Folder}/{name}.sql"));
        foreach (var value in values) command.Parameters.Add(value as NpgsqlParameter ?? new() { Value = value });
        return command;
    }
}

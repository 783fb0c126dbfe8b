using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Tasks.Concerns;

/// <summary>Who asks what needs attention, and what the queries for it have in common.</summary>
/// <param name="Connection">They come one after the other.</param>
/// <param name="Client">Whose concerns; null for everybody's.</param>
/// <param name="IsAdmin">Whether an admin asks, who is told whose each one is.</param>
internal sealed record Concern(NpgsqlConnection Connection, Guid? Client, bool IsAdmin)
{
    /// <summary>Items of one kind at most.</summary>
    public const int Most = 50;

    public const string Error = "error", Warning = "warning";

    // Written to be read, as all answers are.
    private static readonly JsonSerializerOptions Legible = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Reads one kind of item. Where <c>{whose}</c> stands in the statement comes the condition on <paramref name="column"/>: written out
    /// rather than as <c>$1 is null or …</c>, which would keep the planner from the client's index.
    /// </summary>
    public async Task<List<AttentionItem>> ReadAsync(
        string sql, string column, Func<NpgsqlDataReader, AttentionItem> item, CancellationToken cancellation, params NpgsqlParameter[] more)
    {
        await using var command = new NpgsqlCommand(
            sql.Replace("{whose}", Client is null ? "true" : $"{column} = $1", StringComparison.Ordinal), Connection);
        // Referred to by number, and not by every statement.
        command.Parameters.Add(new() { Value = (object?)Client ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = Most });
        command.Parameters.AddRange(more);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<AttentionItem>();
        while (await reader.ReadAsync(cancellation)) items.Add(item(reader));
        return items;
    }

    /// <summary>Whose it is, for an admin.</summary>
    public string? NameOf(Guid? client) => IsAdmin && client is { } id ? TypeId.Format(TypeId.Client, id) : null;

    /// <summary>The call that mends it.</summary>
    public static AttentionMend Mend(string method, string path, JsonObject? body = null) =>
        new(method, path, body is null ? null : RawJson.Parse(body.ToJsonString(Legible)));
}

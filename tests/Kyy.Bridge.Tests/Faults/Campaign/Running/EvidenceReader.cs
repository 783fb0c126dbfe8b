using System.Security.Cryptography;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Faults.Campaign.Judging;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>Reads from the database, the receivers and the upstream what is to be judged.</summary>
internal sealed class EvidenceReader(Stage stage, Witness witness)
{
    private const string TasksSql = "select id, task_id, status, registered_at, ended_at from bridge.tasks";

    private const string EventsSql = """
        select id, task_id, type, payload, pg_xact_commit_timestamp(xmin) from bridge.events where task_id is not null
        """;

    private const string DeliveriesSql =
        "select id, event_id, task_id, url, state, attempts, dead_reason from bridge.deliveries where task_id is not null";

    private const string AttemptsSql =
        "select delivery_id, number, started_at, duration_ms, status_code, error from bridge.delivery_attempts";

    private const string OpenSql = """
        select (select count(*) from bridge.tasks where ended_at is null), (select count(*) from bridge.deliveries where state = 'pending')
        """;

    /// <summary>How many tasks have not ended, and how many deliveries are pending.</summary>
    public async Task<(long Tasks, long Deliveries)> OpenAsync() =>
        (await ReadAsync(OpenSql, row => (row.GetInt64(0), row.GetInt64(1)))).Single();

    public async Task<Evidence> ReadAsync(IReadOnlyList<RegisteredTask> registered) => new()
    {
        Registered = registered,
        Tasks = await ReadAsync(TasksSql, row => new StoredTask(
            row.GetGuid(0), row.GetString(1), row.GetString(2), Time(row, 3)!.Value, Time(row, 4))),
        Events = await ReadAsync(EventsSql, row => new StoredEvent(
            EventId(row.GetGuid(0)), row.GetGuid(1), row.GetString(2), Digest(row.GetFieldValue<byte[]>(3)), Time(row, 4))),
        Deliveries = await ReadAsync(DeliveriesSql, row => new StoredDelivery(
            row.GetGuid(0), EventId(row.GetGuid(1)), row.GetGuid(2), row.GetString(3), row.GetString(4), row.GetInt32(5), Text(row, 6))),
        Attempts = await ReadAsync(AttemptsSql, row => new StoredAttempt(
            row.GetGuid(0), row.GetInt32(1), Time(row, 2)!.Value, TimeSpan.FromMilliseconds(row.GetInt32(3)),
            row.IsDBNull(4) ? null : row.GetInt32(4), Text(row, 5))),
        Received = [.. stage.Receivers.SelectMany(receiver => receiver.Value.Webhooks.Select(webhook => Post(receiver.Key, webhook)))],
        Polls = [.. registered.SelectMany(task => stage.Upstream.PollsOf(task.TaskId).Select(poll => Seen(task.TaskId, poll)))],
    };

    private ReceivedPost Post(Hook hook, ReceivedWebhook webhook)
    {
        var read = WebhookEvent.Read(webhook.Body.Span);
        var flaw = webhook.Verification is null or WebhookVerification.Verified ? null : webhook.Verification.ToString();
        return new(webhook.WebhookId, read.ReadTask()?.TaskId ?? "", read.Type, hook, webhook.ReceivedAt, Digest(webhook.Body.Span),
            webhook.StatusCode, flaw, witness.Saw(hook, webhook.Number));
    }

    private SeenPoll Seen(string task, Poll poll) =>
        new(task, stage.UpstreamBegan + poll.At, poll.StatusCode, stage.UpstreamBegan + poll.SentAt)
        {
            Gap = poll.Gap,
            WasTooEarly = poll.Violations.HasFlag(Violation.TooEarly),
            CameAfterTheEnd = poll.Violations.HasFlag(Violation.AfterEnd),
            Ends = poll.Status is { } status && status.IsEnd(),
            Fault = poll.Fault,
        };

    private static string EventId(Guid id) => TypeId.Format(TypeId.Event, id);

    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    // Apart: connections of a pool died with their server.
    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(stage.Database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync(CancellationToken.None);
        var all = new List<T>();
        while (await rows.ReadAsync(CancellationToken.None)) all.Add(read(rows));
        return all;
    }
}

using System.Collections.Concurrent;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>
/// Looks, as each webhook comes in, whether others can see its event: one that was sent before its commit is not there yet.
/// </summary>
internal sealed class Witness : IAsyncDisposable
{
    private const string Sql = "select exists (select 1 from bridge.events where id = $1)";

    private readonly NpgsqlDataSource _database;
    private readonly ConcurrentDictionary<(Hook Hook, int Number), Task<bool?>> _seen = [];

    public Witness(Stage stage)
    {
        _database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(stage.Database.ConnectionString) { MaxPoolSize = 4, Timeout = 2, CommandTimeout = 2 });
        foreach (var (hook, receiver) in stage.Receivers)
            receiver.Received += webhook => _seen[(hook, webhook.Number)] = LookAsync(webhook.WebhookId);
    }

    /// <summary>Null where the database could not be asked.</summary>
    public bool? Saw(Hook hook, int number) => _seen.TryGetValue((hook, number), out var seen) && seen.IsCompleted ? seen.Result : null;

    public Task WhenAllWereLookedForAsync() => Task.WhenAll(_seen.Values);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<bool?> LookAsync(string webhookId)
    {
        if (!TypeId.TryParse(TypeId.Event, webhookId, out var id)) return false;
        try
        {
            await using var look = _database.CreateCommand(Sql);
            look.Parameters.Add(new() { Value = id });
            return (bool)(await look.ExecuteScalarAsync(CancellationToken.None))!;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }
}

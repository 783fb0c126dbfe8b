using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>Forgets how an endpoint's destination was: it begins anew when it is enabled. Without it, it would be disabled again at once.</summary>
/// <remarks>In the transaction that enables the endpoint, after its row is locked.</remarks>
internal static class ResetHealth
{
    private const string Sql = """
        update bridge.destinations
        set consecutive_failures = 0, failing_since = null, last_failure = null, slow_until = null, slow_steps = 0
        where endpoint_id = $1
        """;

    /// <param name="connection">With the transaction.</param>
    /// <param name="endpoint">Which endpoint's.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task RunAsync(NpgsqlConnection connection, Guid endpoint, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = endpoint } } };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

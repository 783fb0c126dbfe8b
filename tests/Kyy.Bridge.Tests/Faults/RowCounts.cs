using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults;

internal static class RowCounts
{
    /// <summary>How many rows there are; none are told of where the database does not answer right now.</summary>
    /// <param name="database">The database.</param>
    /// <param name="rows">A table, and a condition.</param>
    public static async Task<long> CountAsync(this TestDatabase database, string rows)
    {
        try
        {
            return await database.ScalarAsync<long>($"select count(*) from {rows}");
        }
        catch (NpgsqlException)
        {
            return -1;
        }
    }
}

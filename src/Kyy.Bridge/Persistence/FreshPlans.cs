using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>Has statements of a batch planned anew, for the lists that they are given.</summary>
/// <remarks>
/// A plan that is kept takes every list for ten rows long, and was made for tables as they were then: lists of 400 were joined row by row,
/// which was two thirds of all that PostgreSQL did. To plan anew costs a third of a millisecond a batch. Not for all statements: checks
/// of foreign keys in them would be planned anew as well, for each row.
/// </remarks>
internal static class FreshPlans
{
    /// <summary>The statements, between what switches to plans made anew and back.</summary>
    public static IEnumerable<NpgsqlBatchCommand> For(params IEnumerable<NpgsqlBatchCommand> statements) =>
        [new("select set_config('plan_cache_mode', 'force_custom_plan', true)"), .. statements, new("select set_config('plan_cache_mode', 'auto', true)")];

    /// <summary>Goes past the answers of the two switches.</summary>
    public static async Task SkipAsync(NpgsqlDataReader reader)
    {
        await reader.NextResultAsync();
        await reader.NextResultAsync();
    }
}

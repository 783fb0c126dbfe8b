using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Http;

/// <summary>Reads one page of a list that is ordered by time, then id: the one way of all lists.</summary>
internal static class NewestFirst
{
    /// <summary>The rows after the request's place, one more than the page holds.</summary>
    /// <param name="rows">What is listed: an entity with a <c>Guid Id</c>.</param>
    /// <param name="page">Which page.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="time">The property by whose time the list is ordered.</param>
    public static Task<List<T>> PageAsync<T>(
        this IQueryable<T> rows, PageRequest page, CancellationToken cancellation, string time = "CreatedAt")
        where T : class
    {
        if (page.After is { } after)
        {
            rows = rows.Where(row => EF.Functions.LessThan(
                ValueTuple.Create(EF.Property<DateTimeOffset>(row, time), EF.Property<Guid>(row, "Id")),
                ValueTuple.Create(after.Time, after.Id)));
        }

        return rows.OrderByDescending(row => EF.Property<DateTimeOffset>(row, time)).ThenByDescending(row => EF.Property<Guid>(row, "Id"))
            .Take(page.Fetch).ToListAsync(cancellation);
    }
}

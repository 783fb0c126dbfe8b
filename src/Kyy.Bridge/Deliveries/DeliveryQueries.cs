using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Deliveries;

/// <summary>Reads deliveries for those who may see them: a client its own, an admin all.</summary>
internal static class DeliveryQueries
{
    /// <summary>One delivery's row; null where there is none or it is another client's.</summary>
    public static async Task<Delivery?> FindAsync(BridgeDbContext db, Caller caller, string id, CancellationToken cancellation) =>
        TypeId.TryParse(TypeId.Delivery, id, out var delivery)
            ? await Visible(db, caller).AsNoTracking().SingleOrDefaultAsync(row => row.Id == delivery, cancellation)
            : null;

    /// <summary>
    /// A page of deliveries, newest first. Indexes <c>deliveries_of_client</c>, <c>deliveries_of_endpoint</c>, <c>deliveries_task</c>,
    /// <c>deliveries_dead</c>; for admins <c>deliveries_age</c>.
    /// </summary>
    public static async Task<Page<BridgeDelivery>> ListAsync(
        BridgeDbContext db, Caller caller, DeliveryFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var deliveries = filter.Apply(Visible(db, caller));
        var rows = await deliveries.AsNoTracking().PageAsync(page, cancellation);
        var views = (await DeliveryViews.OfAsync(db, rows, caller.IsAdmin, cancellation)).ToDictionary(view => view.Id);
        return page.Of(rows, row => new(row.CreatedAt, row.Id), row => views[TypeId.Format(TypeId.Delivery, row.Id)]);
    }

    private static IQueryable<Delivery> Visible(BridgeDbContext db, Caller caller) =>
        caller.ClientId is { } client ? db.Deliveries.Where(delivery => delivery.ClientId == client) : db.Deliveries;
}

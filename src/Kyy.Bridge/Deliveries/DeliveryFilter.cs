using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Deliveries;

/// <summary>Which deliveries a list shows.</summary>
internal sealed record DeliveryFilter(string? State, Guid? Task, Guid? Endpoint)
{
    private static readonly string[] States = [DeliveryState.Pending, DeliveryState.Delivered, DeliveryState.Dead, DeliveryState.Cancelled];

    public static readonly IReadOnlyList<QueryParameter> Parameters =
    [
        new("state", "The state.", Choices: States),
        new("task", "Those about this task, tsk_…"),
        new("endpoint", "Those to this endpoint, ep_…"),
    ];

    public static DeliveryFilter Read(QueryReader query) =>
        new(query.Choice("state", States), query.Id("task", TypeId.Task), query.Id("endpoint", TypeId.Endpoint));

    public IQueryable<Delivery> Apply(IQueryable<Delivery> deliveries)
    {
        if (State is not null) deliveries = deliveries.Where(delivery => delivery.State == State);
        if (Task is { } task) deliveries = deliveries.Where(delivery => delivery.TaskId == task);
        if (Endpoint is { } endpoint) deliveries = deliveries.Where(delivery => delivery.EndpointId == endpoint);
        return deliveries;
    }
}

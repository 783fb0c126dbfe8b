using System.Globalization;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

/// <summary>Which deliveries to list; what is null does not narrow the list.</summary>
public sealed record DeliveryQuery
{
    /// <summary>Deliveries in one of <see cref="DeliveryStates"/>.</summary>
    public string? State { get; init; }

    /// <summary>Deliveries about this task, <c>tsk_…</c>.</summary>
    public string? Task { get; init; }

    /// <summary>Deliveries to this endpoint, <c>ep_…</c>.</summary>
    public string? Endpoint { get; init; }

    /// <summary>How many deliveries are fetched by one request: 1 to 500; null takes the service's 50.</summary>
    public int? PageSize { get; init; }

    internal string Address => Addresses.WithQuery(
        Addresses.Deliveries,
        ("state", State),
        ("task", Task),
        ("endpoint", Endpoint),
        ("limit", PageSize?.ToString(CultureInfo.InvariantCulture)));
}

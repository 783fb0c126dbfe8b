namespace Kyy.Bridge.Deliveries;

/// <summary>Where anything may be sent at all, for statements that have the destination as <c>d</c> and its endpoint, if any, as <c>ep</c>.</summary>
internal static class OpenDestinations
{
    /// <summary>The endpoint is enabled, and no operator has told these deliveries to wait.</summary>
    /// <remarks>A hold names a host with its port or, for every port, without. A destination's host always has one at its end.</remarks>
    public const string Condition = """
        (d.endpoint_id is null or (ep.status = 'enabled' and ep.deleted_at is null)) and not exists (
            select 1 from bridge.holds h
            where h.what = 'deliveries' and (h.client_id is null or h.client_id = d.client_id)
              and (h.host is null or h.host in (coalesce(ep.host, d.host), regexp_replace(coalesce(ep.host, d.host), ':[0-9]+$', ''))))
        """;

    /// <summary>The receiver has not asked for patience.</summary>
    public const string NotSlow = "coalesce(d.slow_until <= now(), true)";
}

namespace Kyy.Bridge.Deliveries;

/// <summary>Where anything may be sent at all, for statements that have the destination as <c>d</c> and its endpoint, if any, as <c>ep</c>.</summary>
internal static class OpenDestinations
{
    /// <summary>The endpoint is enabled, and no operator has told these deliveries to wait.</summary>
    public const string Condition = """
        (d.endpoint_id is null or (ep.status = 'enabled' and ep.deleted_at is null)) and not exists (
            select 1 from bridge.holds h
            where h.what = 'deliveries' and coalesce(h.client_id, d.client_id) = d.client_id
              and coalesce(h.host, ep.host, d.host) = coalesce(ep.host, d.host))
        """;

    /// <summary>The receiver has not asked for patience.</summary>
    public const string NotSlow = "coalesce(d.slow_until <= now(), true)";
}

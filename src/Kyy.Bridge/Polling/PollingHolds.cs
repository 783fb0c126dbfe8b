namespace Kyy.Bridge.Polling;

/// <summary>
/// What an operator has told to wait, as conditions of SQL. They are read with what they decide on, so that a hold is in force with the
/// next look of every replica and outlives a restart, and there is no copy of it to go stale.
/// </summary>
/// <remarks>Both go by a row <c>who</c> with the columns <c>client</c> and <c>url</c>, the base URL of the upstream key.</remarks>
internal static class PollingHolds
{
    // The authority of the URL, without the brackets of IPv6. A hold may name the host alone or one port of it.
    private const string Covers = """
        (h.client_id is null or h.client_id = who.client)
        and (h.host is null or h.host in (
            translate(regexp_replace(substring(who.url from '://([^/?#]+)'), ':[0-9]+$', ''), '[]', ''),
            translate(substring(who.url from '://([^/?#]+)'), '[]', ''),
            translate(substring(who.url from '://([^/?#]+)'), '[]', '') || case when who.url like 'https:%' then ':443' else ':80' end))
        """;

    /// <summary>Whether it is not asked about.</summary>
    public const string Held = $"exists (select 1 from bridge.holds h where h.what = 'polling' and {Covers})";

    /// <summary>Since when it is not asked about; null where nobody holds it.</summary>
    public const string HeldSince = $"(select min(h.created_at) from bridge.holds h where h.what = 'polling' and {Covers})";

    /// <summary>Whether that ended less than a day ago, in which a limit that passed meanwhile still waits for its last look.</summary>
    public const string JustReleased =
        $"exists (select 1 from bridge.past_holds h where h.ended_at > now() - interval '1 day' and {Covers})";

    /// <summary>Whether a hold that is known as <c>h</c> covers a whole key, whoever's tasks it has, so that its budget begins anew after it.</summary>
    public const string CoversKey = $"(h.client_id is null and {Covers})";
}

namespace Kyy.Bridge.Deliveries;

/// <summary>How the POSTs that a process may have in flight are shared out: pure arithmetic on the two configured numbers.</summary>
/// <param name="All"><c>Bridge:Delivery:MaxConcurrency</c>.</param>
/// <param name="PerHost"><c>Bridge:Delivery:MaxConcurrencyPerHost</c>: of one client to one host.</param>
internal sealed record DispatchShares(int All, int PerHost)
{
    /// <summary>Of one client: three quarters, so that others always find room, whatever it floods.</summary>
    public int PerClient => Math.Max(1, All * 3 / 4);

    /// <summary>Of all retries together: a morning after an outage must not look like one to those who are well.</summary>
    public int Retries => Math.Max(1, All / 2);

    /// <summary>Of one client's retries to one host.</summary>
    public int RetriesPerHost => Math.Max(1, PerHost / 2);

    /// <summary>
    /// How many may be handed over in memory and wait for a place: a burst is to find room, and what is waiting is to be sent in moments.
    /// </summary>
    public int Waiting => All * 2;

    /// <summary>Of one client, so that others can always be handed over.</summary>
    public int WaitingPerClient => Waiting * 3 / 4;

    /// <summary>Of one client for one host.</summary>
    public int WaitingPerHost => Waiting / 2;

    /// <summary>
    /// How many of a lane's places go to what is due for longest, be it a retry, before first attempts get theirs: without them a
    /// flood of first attempts would starve the retries. A lane with one place has none; first attempts go first there.
    /// </summary>
    public static int OldestFirst(int lane) => lane < 2 ? 0 : Math.Max(1, lane / 8);
}

/// <summary>Places for POSTs that were taken.</summary>
/// <param name="All">How many.</param>
/// <param name="Retries">How many of them retries may have.</param>
/// <param name="OldestFirst">How many of them go to what is due for longest.</param>
internal readonly record struct Places(int All, int Retries, int OldestFirst)
{
    /// <summary>How many first attempts may have before anything else.</summary>
    public int Firsts => All - OldestFirst;

    /// <summary>
    /// As many as a rate lets through. Of so few an eighth may be less than one, and goes by lot to what is due for longest: <paramref name="lot"/>
    /// from 0 to 1.
    /// </summary>
    public Places AtMost(int most, double lot) => most >= All ? this : new(
        most, Math.Min(Retries, most), Math.Min(Math.Min(OldestFirst, most), (int)(most / 8.0 + lot)));
}

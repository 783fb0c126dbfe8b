namespace Kyy.Bridge.Endpoints;

/// <summary>What a replay does about an event or a delivery that it comes by.</summary>
internal enum ReplayAct
{
    /// <summary>It is none of its own, or needs nothing.</summary>
    Nothing,

    /// <summary>The endpoint has never been sent the event: a delivery is made.</summary>
    Make,

    /// <summary>There is a delivery, which is sent again.</summary>
    Again,
}

/// <summary>One row of a page that a replay goes over.</summary>
/// <param name="Id">The event's or the delivery's: a part of the position.</param>
/// <param name="At">When it was made: the other part.</param>
/// <param name="Xid">The writing transaction, which the second pass goes by; else 0.</param>
/// <param name="Counts">Whether it is one of the client's.</param>
/// <param name="Act">What is to be done.</param>
/// <param name="Target">The event to make a delivery of, or the delivery to send again.</param>
/// <param name="Destination">Where that goes.</param>
internal sealed record ReplayCandidate(
    Guid Id, DateTimeOffset At, ulong Xid, bool Counts, ReplayAct Act, Guid Target, int Destination)
{
    /// <summary>
    /// How many of a page's rows are taken now: all before the first that finds no room at its destination. None is passed over, because a
    /// position is all that a replay keeps.
    /// </summary>
    public static int Fitting(IReadOnlyList<ReplayCandidate> page, IReadOnlyDictionary<int, int> room)
    {
        var left = room.ToDictionary();
        for (var i = 0; i < page.Count; i++)
        {
            if (page[i].Act is ReplayAct.Nothing) continue;
            if (left.GetValueOrDefault(page[i].Destination) == 0) return i;
            left[page[i].Destination]--;
        }

        return page.Count;
    }
}

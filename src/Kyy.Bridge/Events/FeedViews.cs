using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Events;

/// <summary>Events as they are shown.</summary>
internal static class FeedViews
{
    /// <summary>The stored bytes taken apart, not made anew: what is under <c>data</c> is exactly what webhooks carry.</summary>
    public static FeedEvent Of(FeedRow row, Caller caller)
    {
        var stored = WebhookEvent.Read(row.Payload);
        return new(TypeId.Format(TypeId.Event, row.Position.Id), stored.Type, stored.Timestamp, stored.Data)
        {
            ClientId = caller.IsAdmin ? TypeId.Format(TypeId.Client, row.Client) : null,
        };
    }

    public static FeedPage Of(FeedAnswer.Page page, Caller caller) =>
        new([.. page.Rows.Select(row => Of(row, caller))], page.Next.ToString(), page.HasMore);
}

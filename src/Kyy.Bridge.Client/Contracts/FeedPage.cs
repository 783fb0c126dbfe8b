namespace Kyy.Bridge.Client.Contracts;

/// <summary>A page of the event feed, oldest first.</summary>
/// <param name="Data">The events.</param>
/// <param name="NextCursor">What to give as <c>?after=</c> next; it moves on even where there was no event.</param>
/// <param name="HasMore">Whether there is more already; where not, ask again a little later.</param>
public sealed record FeedPage(IReadOnlyList<FeedEvent> Data, string NextCursor, bool HasMore);

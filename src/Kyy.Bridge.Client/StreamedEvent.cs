using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

/// <summary>What a stream of events brings.</summary>
/// <param name="Cursor">Where to go on after it.</param>
/// <param name="Event">The event; null where nothing happened and the stream only shows that it is there.</param>
public sealed record StreamedEvent(string Cursor, FeedEvent? Event);

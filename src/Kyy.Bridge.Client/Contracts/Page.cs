namespace Kyy.Bridge.Client.Contracts;

/// <summary>One page of a list, newest first unless the route says otherwise.</summary>
/// <param name="Data">The page's objects.</param>
/// <param name="NextCursor">What to give as <c>?cursor=</c> for the page after it; null on the last one.</param>
public sealed record Page<T>(IReadOnlyList<T> Data, string? NextCursor);

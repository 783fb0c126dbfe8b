namespace Kyy.Bridge.Client.Contracts;

/// <summary>A replay was accepted and is done in steps.</summary>
/// <param name="Id">Its id, <c>rpl_…</c>, by which its progress is to be had.</param>
public sealed record ReplayAccepted(string Id);

namespace Kyy.Bridge.Client.Contracts;

/// <summary>The answer to a wish to send many again: it is done by and by.</summary>
/// <param name="Id">The replay's id, <c>rpl_…</c>, to ask how far it has come.</param>
public sealed record ReplayAccepted(string Id);

namespace Kyy.Bridge.Client.Contracts;

/// <summary>A client, as admins see it.</summary>
/// <param name="Id">Its id, <c>cli_…</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="MayUseOperatorKey">Whether it may use the operator's upstream key.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record ClientView(string Id, string Name, bool MayUseOperatorKey, DateTimeOffset CreatedAt);

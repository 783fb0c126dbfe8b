namespace Kyy.Bridge.Client.Contracts;

/// <summary>Asks for many deliveries to be sent again.</summary>
/// <param name="State">Those in this state: <c>dead</c>, <c>cancelled</c> or <c>delivered</c>.</param>
/// <param name="Since">Those made at this time or later.</param>
/// <param name="Until">Those made up to this time; null for now.</param>
/// <param name="Task">Those about this task, <c>tsk_…</c>; null for all.</param>
/// <param name="Endpoint">Those to this endpoint, <c>ep_…</c>; null for all.</param>
public sealed record BulkRedelivery(
    string State, DateTimeOffset Since, DateTimeOffset? Until = null, string? Task = null, string? Endpoint = null);

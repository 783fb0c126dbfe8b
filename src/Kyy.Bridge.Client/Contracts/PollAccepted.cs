namespace Kyy.Bridge.Client.Contracts;

/// <summary>The answer to <c>POST /v1/tasks/{id}/poll</c>.</summary>
/// <param name="NextPollAt">When the upstream is asked: now, or as soon as the minimum since its last poll has passed.</param>
public sealed record PollAccepted(DateTimeOffset NextPollAt);

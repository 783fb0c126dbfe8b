namespace Kyy.Bridge.Client.Contracts;

/// <summary>A poll that brought no understood answer. It never ends a task.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What kind of failure, in a word.</param>
/// <param name="StatusCode">The upstream's HTTP status; null where none was received.</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record TaskFailure(DateTimeOffset At, string Kind, int? StatusCode, string? Detail);

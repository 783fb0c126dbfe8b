namespace Kyy.Bridge.Client.Contracts;

/// <summary>Registers many tasks at once: the body of <c>POST /v1/tasks/batch</c>.</summary>
/// <param name="Tasks">1 to 10,000 tasks, together at most 8 MiB.</param>
public sealed record BatchRegistration(IReadOnlyList<TaskRegistration> Tasks);

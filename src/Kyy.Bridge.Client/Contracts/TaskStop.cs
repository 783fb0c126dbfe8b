namespace Kyy.Bridge.Client.Contracts;

/// <summary>Stops many tasks at once: the body of <c>POST /v1/tasks/stop</c>.</summary>
/// <param name="Ids">1 to 10,000 ids, <c>tsk_…</c>.</param>
public sealed record TaskStop(IReadOnlyList<string> Ids);

namespace Kyy.Bridge.Client.Contracts;

/// <summary>What became of a list of tasks that were to be stopped, item by item.</summary>
/// <param name="Results">One result for each id, in the order of the request.</param>
/// <param name="Stopped">How many tasks were in flight and are stopped now.</param>
/// <param name="Ended">How many had ended before; what was still to be delivered for them is cancelled.</param>
/// <param name="Rejected">How many ids are no task of the caller's; the others are not affected by them.</param>
public sealed record StopResult(IReadOnlyList<StopItemResult> Results, int Stopped, int Ended, int Rejected);

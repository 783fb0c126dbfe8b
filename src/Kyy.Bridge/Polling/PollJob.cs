using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Polling;

/// <summary>A claimed task on its way to the upstream.</summary>
/// <param name="Task">The task, as it was claimed.</param>
/// <param name="Lane">Whose turn it was.</param>
/// <param name="Window">How often it may be asked about.</param>
/// <param name="Key">What it is asked with.</param>
/// <param name="Budget">What the key may bear.</param>
/// <param name="ClaimedAt">From before the claim was sent, so that the poll is believed to be later than it is, never earlier.</param>
/// <param name="Turn">When its request may be sent, on the clock of the budget's pacer.</param>
/// <param name="IsProbe">Whether it is the one call after a pause.</param>
internal sealed record PollJob(
    DueTask Task, LaneDue Lane, PollWindow Window, KnownUpstreamKey Key, Budget Budget, long ClaimedAt, TimeSpan Turn, bool IsProbe);

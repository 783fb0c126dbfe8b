using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Polling;

/// <summary>The polling of one family as recurring work, so that each family is seen on its own: <c>poll:veo</c>.</summary>
internal sealed class PollWork(ModelFamily family, Poller poller, PollSignals signals) : IRecurringWork
{
    public string Name => $"poll:{family.Id}";

    /// <summary>Another process's registrations are seen at the latest after this long; this one's wake the loop.</summary>
    public TimeSpan Cadence { get; } = TimeSpan.FromMilliseconds(500);

    public WakeSignal Wake { get; } = signals.Of(family.Id);

    public Task<WorkRun> RunOnceAsync(CancellationToken cancellation) => poller.RunOnceAsync(family, Wake, cancellation);
}

using Kyy.Bridge.Tests.Faults.Campaign.Planning;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>The replicas, each of which is started again whenever it has died.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly Slot[] _slots;

    public Fleet(CampaignPlan plan, Stage stage, Chronicle chronicle) =>
        _slots = [.. Enumerable.Range(0, plan.Replicas).Select(number => new Slot(number, plan, stage, chronicle))];

    public IReadOnlyList<Slot> Slots => _slots;

    /// <summary>Those that are ready.</summary>
    public IReadOnlyList<Slot> Ready => [.. _slots.Where(slot => slot.Address is not null)];

    /// <summary>Returns when all of them are ready for the first time.</summary>
    public async Task StartAsync()
    {
        foreach (var slot in _slots) slot.Start();
        await Task.WhenAll(_slots.Select(slot => slot.WhenReadyAsync()));
    }

    /// <summary>From now on nobody is killed: who dies is started without a place to die at.</summary>
    public void Calm()
    {
        foreach (var slot in _slots) slot.Calm();
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_slots.Select(slot => slot.DisposeAsync().AsTask()));
}

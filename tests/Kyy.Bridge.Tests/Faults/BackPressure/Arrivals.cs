using System.Text.Json;
using Kyy.Bridge.Emulator.Receiving;

namespace Kyy.Bridge.Tests.Faults.BackPressure;

/// <summary>What receivers were sent, in the order of its arrival: no more of each webhook than its place in the backlog.</summary>
internal sealed class Arrivals
{
    private readonly Lock _lock = new();
    private readonly List<Arrival> _accepted = [];
    private readonly HashSet<(string, int)> _refused = [];
    private int _refusals;

    /// <summary>How many were answered with a failure.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    public int Accepted
    {
        get
        {
            lock (_lock) return _accepted.Count;
        }
    }

    public void Note(ReceivedWebhook webhook)
    {
        using var body = JsonDocument.Parse(webhook.Body);
        var place = body.RootElement.TryGetProperty(Backlog.Place, out var number) ? number.GetInt32() : 0;
        lock (_lock)
        {
            if (webhook.StatusCode < 300) _accepted.Add(new(webhook.Path, place, _accepted.Count));
            else (_, _refusals) = (_refused.Add((webhook.Path, place)), _refusals + 1);
        }
    }

    /// <summary>What was accepted at each path.</summary>
    public ILookup<string, Arrival> ByPath()
    {
        lock (_lock) return _accepted.ToLookup(one => one.Path);
    }

    /// <summary>Whether it failed before it was accepted, and so is due later than it was.</summary>
    public bool WasRefused(Arrival arrival)
    {
        lock (_lock) return _refused.Contains((arrival.Path, arrival.Place));
    }
}

/// <summary>A webhook that was accepted.</summary>
/// <param name="Path">Where.</param>
/// <param name="Place">Its place in the backlog; zero for what is new.</param>
/// <param name="Number">How many were accepted before it, anywhere.</param>
internal readonly record struct Arrival(string Path, int Place, int Number);

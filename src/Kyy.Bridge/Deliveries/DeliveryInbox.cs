using System.Threading.Channels;
using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// The hand-over in memory from the recorder to this process's dispatcher: what was just recorded is sent at once, without a
/// look into the database. It takes no more than may wait for a place; the rest is due at once for whoever has room.
/// </summary>
internal sealed class DeliveryInbox
{
    private readonly Channel<LeasedDelivery> _deliveries = Channel.CreateUnbounded<LeasedDelivery>(new() { SingleReader = true });
    private readonly int _capacity;
    private readonly bool _hold;
    private int _taken;
    private bool _open;

    public DeliveryInbox(DeliverySettings settings, TimeProvider time)
    {
        Lease = settings.Lease;
        LeaseTicks = (long)(settings.Lease.TotalSeconds * time.TimestampFrequency);
        (_capacity, _hold) = (new DispatchShares(settings.MaxConcurrency, settings.MaxConcurrencyPerHost).Waiting, settings.Hold);
    }

    public TimeSpan Lease { get; }

    /// <summary>The lease in ticks of the monotonic clock.</summary>
    public long LeaseTicks { get; }

    /// <summary>Raised when more was recorded than was handed over: it is due now, and the dispatcher's loop need not wait for its cadence.</summary>
    public WakeSignal Due { get; } = new();

    public ChannelReader<LeasedDelivery> Deliveries => _deliveries.Reader;

    /// <summary>
    /// Until it is opened, and after it was closed, there is no room: the process has no dispatcher, or is draining. There is none either
    /// while nothing may be sent.
    /// </summary>
    public void Open() => Volatile.Write(ref _open, !_hold);

    public void Close() => Volatile.Write(ref _open, false);

    /// <summary>Reserves room for as many deliveries as there is, at most <paramref name="wanted"/>.</summary>
    public Places Reserve(int wanted)
    {
        if (!Volatile.Read(ref _open)) return new(this, 0);
        lock (_deliveries)
        {
            var count = Math.Clamp(_capacity - _taken, 0, wanted);
            _taken += count;
            return new(this, count);
        }
    }

    /// <summary>Gives places back whose deliveries wait no longer.</summary>
    public void Release(int places)
    {
        lock (_deliveries) _taken -= places;
    }

    /// <summary>Reserved places: those that are not used are given back.</summary>
    internal sealed class Places(DeliveryInbox inbox, int count) : IDisposable
    {
        private int _unused = count;

        public int Count { get; } = count;

        public void HandOver(IReadOnlyCollection<LeasedDelivery> leased)
        {
            _unused -= leased.Count;
            foreach (var delivery in leased) inbox._deliveries.Writer.TryWrite(delivery);
        }

        public void Dispose() => inbox.Release(_unused);
    }
}

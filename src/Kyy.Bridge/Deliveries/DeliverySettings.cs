using System.Collections.Immutable;
using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Deliveries;

/// <summary>How webhooks are sent: <c>Bridge:Delivery</c>.</summary>
internal sealed record DeliverySettings
{
    private const int MostRetries = 20;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100), LongestTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(10), LongestLease = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1), LongestWait = TimeSpan.FromDays(7);
    private static readonly TimeSpan ShortestFailing = TimeSpan.FromMinutes(1), LongestFailing = TimeSpan.FromDays(365);

    /// <summary>
    /// How long one attempt may take, from looking up the name to the last byte of the answer; 20 s by default, 100 ms to 5 min.
    /// Longer, and slow receivers hold more of <see cref="MaxConcurrency"/>; shorter, and those that merely take their time see repeats.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a delivery belongs to the process that claimed it, and so how long it rests when that process dies;
    /// <see cref="Timeout"/> + 10 s by default, at most 1 h. One that is not longer than the time-out stops the start: another process
    /// would send the same delivery while the first is still at it.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The waits between attempts, each counted from the attempt before and lengthened by up to 20 % at random: 1 to 20 of them, none
    /// shorter than the one before, each 1 ms to 7 d. After the last the delivery is dead. By default ten attempts over about three days.
    /// </summary>
    public ImmutableArray<TimeSpan> RetrySchedule { get; init; } =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>
    /// Attempts in flight per process; 256 by default, 1 to 10,000. Each may hold a socket and a few buffers. One client has at most three
    /// quarters of them, and retries at most half.
    /// </summary>
    public int MaxConcurrency { get; init; } = 256;

    /// <summary>
    /// Attempts in flight per client, receiving host and process; 32 by default, 1 to 10,000. As many as <see cref="MaxConcurrency"/>, and
    /// one slow receiver delays its client's other webhooks.
    /// </summary>
    public int MaxConcurrencyPerHost { get; init; } = 32;

    /// <summary>
    /// How long an endpoint may do nothing but fail until it is disabled; 5 d by default, 1 min to 365 d. Counted from the first failure
    /// to a later one, so that a silent endpoint, or a service that was down, is no failure. Longer, and dead endpoints cost attempts for
    /// longer; shorter, and a long weekend's outage of a receiver has to be mended by hand.
    /// </summary>
    public TimeSpan DisableAfter { get; init; } = TimeSpan.FromDays(5);

    /// <summary>
    /// Whether nothing is sent at all; false by default. For a system that was restored from a backup and must not repeat what its
    /// receivers have had: everything waits, and goes on after a restart without it.
    /// </summary>
    public bool Hold { get; init; }

    internal static DeliverySettings Read(ConfigurationReader reader)
    {
        var defaults = new DeliverySettings();
        var timeout = reader.Duration(nameof(Timeout), defaults.Timeout, Shortest, LongestTimeout);
        var settings = new DeliverySettings
        {
            Timeout = timeout,
            Lease = reader.Duration(nameof(Lease), timeout + LeaseMargin, Shortest, LongestLease),
            RetrySchedule = reader.Durations(nameof(RetrySchedule), defaults.RetrySchedule, ShortestWait, LongestWait),
            MaxConcurrency = reader.Number(nameof(MaxConcurrency), defaults.MaxConcurrency, 1, 10_000),
            MaxConcurrencyPerHost = reader.Number(nameof(MaxConcurrencyPerHost), defaults.MaxConcurrencyPerHost, 1, 10_000),
            DisableAfter = reader.Duration(nameof(DisableAfter), defaults.DisableAfter, ShortestFailing, LongestFailing),
            Hold = reader.Flag(nameof(Hold), defaults.Hold),
        };
        settings.Check(reader);
        return settings;
    }

    private void Check(ConfigurationReader reader)
    {
        reader.Check(Lease > Timeout, [nameof(Lease), nameof(Timeout)],
            $"Write more than the {DurationText.Format(Timeout)} of Bridge:Delivery:Timeout, or leave it out.");
        reader.Check(RetrySchedule.Length <= MostRetries, [nameof(RetrySchedule)], $"Write {MostRetries} waits or fewer.");
        reader.Check(RetrySchedule.SequenceEqual(RetrySchedule.Order()), [nameof(RetrySchedule)],
            "Write no wait that is shorter than the one before it.");
    }
}

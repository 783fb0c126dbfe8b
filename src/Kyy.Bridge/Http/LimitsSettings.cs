using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Http;

/// <summary>What one client may use: <c>Bridge:Limits</c>. Over it, a request is answered with 429 <c>/problems/quota</c>.</summary>
internal sealed record LimitsSettings
{
    /// <summary>
    /// Requests a second, where a batch counts its items; 10,000 by default, 1 to 1,000,000. That is the largest batch: a lower limit
    /// refuses batches that are larger than it.
    /// </summary>
    public int RequestsPerSecond { get; init; } = 10_000;

    /// <summary>
    /// Tasks that have not ended; 1,000,000 by default, 1 to 100,000,000. How fast they are polled is the budget of the upstream key:
    /// 200 requests a second carry about 12,000 tasks at one poll a minute, and more than that are polled late.
    /// </summary>
    public int TasksInFlight { get; init; } = 1_000_000;

    /// <summary>Requests that wait (<c>?wait=</c>) at the same time; 500 by default, 1 to 100,000. Each holds a connection.</summary>
    public int Waits { get; init; } = 500;

    /// <summary>Callback URLs of one task; 10 by default, 1 to 100. Each costs a delivery when the task ends.</summary>
    public int CallbacksPerTask { get; init; } = 10;

    internal static LimitsSettings Read(ConfigurationReader reader)
    {
        var defaults = new LimitsSettings();
        return new()
        {
            RequestsPerSecond = reader.Number(nameof(RequestsPerSecond), defaults.RequestsPerSecond, 1, 1_000_000),
            TasksInFlight = reader.Number(nameof(TasksInFlight), defaults.TasksInFlight, 1, 100_000_000),
            Waits = reader.Number(nameof(Waits), defaults.Waits, 1, 100_000),
            CallbacksPerTask = reader.Number(nameof(CallbacksPerTask), defaults.CallbacksPerTask, 1, 100),
        };
    }
}

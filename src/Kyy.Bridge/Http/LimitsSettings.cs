using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Http;

/// <summary>What one client may use: <c>Bridge:Limits</c>. Over it, a request is answered with 429 <c>/problems/quota</c>.</summary>
internal sealed record LimitsSettings
{
    /// <summary>Requests that wait (<c>?wait=</c>) at the same time; 500 by default, 1 to 100,000. Each holds a connection.</summary>
    public int Waits { get; init; } = 500;

    /// <summary>Callback URLs of one task; 10 by default, 1 to 100. Each costs a delivery when the task ends.</summary>
    public int CallbacksPerTask { get; init; } = 10;

    /// <summary>Endpoints; 50 by default, 1 to 10,000. Each event is matched against all of a client's.</summary>
    public int Endpoints { get; init; } = 50;

    /// <summary>Streams of events open at the same time, per process; 10 by default, 1 to 10,000. Each holds a connection.</summary>
    public int Streams { get; init; } = 10;

    /// <summary>
    /// Requests a second, in each process; 1,000 by default, 1 to 1,000,000. A batch counts its items. A client that was quiet may send
    /// <see cref="RequestBurst"/> at once.
    /// </summary>
    public int RequestsPerSecond { get; init; } = 1_000;

    /// <summary>Requests that may come together after a while of none: as many as the largest batch has items.</summary>
    public int RequestBurst => Math.Max(10_000, RequestsPerSecond);

    /// <summary>
    /// Tasks that have not ended; 1,000,000 by default, 1 to 1,000,000,000. Exceeded by a little where several processes register at the
    /// same time: each knows of the others' within seconds.
    /// </summary>
    public int TasksInFlight { get; init; } = 1_000_000;

    internal static LimitsSettings Read(ConfigurationReader reader)
    {
        var defaults = new LimitsSettings();
        return new()
        {
            RequestsPerSecond = reader.Number(nameof(RequestsPerSecond), defaults.RequestsPerSecond, 1, 1_000_000),
            TasksInFlight = reader.Number(nameof(TasksInFlight), defaults.TasksInFlight, 1, 1_000_000_000),
            Waits = reader.Number(nameof(Waits), defaults.Waits, 1, 100_000),
            Endpoints = reader.Number(nameof(Endpoints), defaults.Endpoints, 1, 10_000),
            Streams = reader.Number(nameof(Streams), defaults.Streams, 1, 10_000),
            CallbacksPerTask = reader.Number(nameof(CallbacksPerTask), defaults.CallbacksPerTask, 1, 100),
        };
    }
}

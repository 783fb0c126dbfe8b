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

    internal static LimitsSettings Read(ConfigurationReader reader)
    {
        var defaults = new LimitsSettings();
        return new()
        {
            Waits = reader.Number(nameof(Waits), defaults.Waits, 1, 100_000),
            Endpoints = reader.Number(nameof(Endpoints), defaults.Endpoints, 1, 10_000),
            Streams = reader.Number(nameof(Streams), defaults.Streams, 1, 10_000),
            CallbacksPerTask = reader.Number(nameof(CallbacksPerTask), defaults.CallbacksPerTask, 1, 100),
        };
    }
}

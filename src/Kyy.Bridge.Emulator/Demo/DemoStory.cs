using System.Text.Json;
using Kyy.Bridge.Client;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>The demo from its start to its summary.</summary>
/// <param name="stage">What it is told with.</param>
/// <param name="ready">Waits for the service; it may throw a <see cref="DemoException"/>.</param>
/// <param name="output">Takes the words.</param>
/// <param name="time">What is waited and measured by.</param>
internal sealed class DemoStory(DemoStage stage, Func<CancellationToken, Task> ready, TextWriter output, TimeProvider time)
{
    private const string Picture = "  emulated upstream  ◄── polls ──  the bridge  ── signed webhooks ──►  receiver";

    private static readonly TimeSpan LongestRehearsal = TimeSpan.FromSeconds(10), LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>The key of the client that this run has made; empty before.</summary>
    public string ClientKey { get; private set; } = "";

    /// <summary>Tells it.</summary>
    /// <returns>What went wrong, in sentences; empty where nothing did.</returns>
    public async Task<IReadOnlyList<string>> TellAsync(CancellationToken stopping)
    {
        try
        {
            return Verdict.Faults(await PlayAsync(stopping));
        }
        catch (Exception failure) when (failure is DemoException or HttpRequestException or BridgeException or JsonException
            or TaskCanceledException { InnerException: TimeoutException })
        {
            Say("");
            return [failure.Message];
        }
    }

    private async Task<DemoResult> PlayAsync(CancellationToken stopping)
    {
        Say($"Kyy.Bridge: from polling to webhooks, {Pace.TimesFaster} times faster than in life.", "", Picture, "");
        output.Write("PostgreSQL and the service … ");
        var started = time.GetTimestamp();
        await ready(stopping);
        var admin = stage.Client(stage.AdminKey);
        await TidyAsync(admin, stopping);
        ClientKey = await EnterAsync(admin, stopping);
        var client = stage.Client(ClientKey);
        await RehearseAsync(client, stopping);
        Say($"ready after {Words.Seconds(time.GetElapsedTime(started))}");

        output.Write("Tasks of five families … ");
        var cast = await Cast.CreateAsync(stage, stopping);
        Say(await cast.RegisterAsync(client, stopping), "");
        var result = await WatchAsync(cast, client, stopping);
        Say(["", .. Summary.Lines(result), ""]);
        return result;
    }

    /// <summary>Stops what a demo that was cut off left behind: this one's upstream would be asked for it.</summary>
    private static async Task TidyAsync(BridgeClient admin, CancellationToken stopping)
    {
        var left = await admin.ListTasksAsync(new() { Reference = Scene.Reference, Ended = false }, stopping).ToListAsync(stopping);
        foreach (var task in left) await admin.StopAsync(task.Id, cancellationToken: stopping);
    }

    /// <summary>Makes a client, whose signing secret the receiver is told.</summary>
    /// <returns>The client's key.</returns>
    private async Task<string> EnterAsync(BridgeClient admin, CancellationToken stopping)
    {
        var client = await admin.CreateClientAsync(new("demo"), cancellationToken: stopping);
        var secret = await stage.Client(client.ApiKey).GetSigningSecretAsync(stopping);
        await stage.Receiver.VerifyByAsync(secret.Secret, stopping);
        return client.ApiKey;
    }

    /// <summary>
    /// Sends one task through. Two fresh programs compile what they run: on a busy machine the first polls of all others would take
    /// longer than the time from one poll to the next.
    /// </summary>
    private async Task RehearseAsync(BridgeClient client, CancellationToken stopping)
    {
        var id = await stage.Upstream.CreateAsync(new() { Family = EmulatedFamily.Videos, Statuses = [EmulatedStatus.Completed] }, stopping);
        var registered = await client.RegisterAsync(new() { TaskId = id, Reference = Scene.Reference }, cancellationToken: stopping);
        await client.WaitForEndAsync(registered.Id, LongestRehearsal, stopping);
    }

    private async Task<DemoResult> WatchAsync(Cast cast, BridgeClient client, CancellationToken stopping)
    {
        using var display = Displays.ForConsole();
        var started = time.GetTimestamp();
        while (true)
        {
            var rows = await cast.LookAsync(client, time.GetUtcNow(), stopping);
            var elapsed = time.GetElapsedTime(started);
            display.Show(rows, elapsed);
            if (rows.All(row => row.IsSettled) || elapsed > LongestWait) return await cast.ResultAsync(rows, elapsed, stopping);
            await Task.Delay(BetweenLooks, time, stopping);
        }
    }

    private void Say(params IEnumerable<string> lines)
    {
        foreach (var line in lines) output.WriteLine(line);
    }
}

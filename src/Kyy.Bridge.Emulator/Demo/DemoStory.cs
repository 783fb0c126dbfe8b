using System.Text.Json;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Commands;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>The demo from its start to its summary.</summary>
internal sealed class DemoStory(DemoPlaces places, TextWriter output, TimeProvider time)
{
    private const string Picture = "  emulated upstream  ◄── polls ──  the bridge  ── signed webhooks ──►  receiver";

    private static readonly TimeSpan LongestRehearsal = TimeSpan.FromSeconds(10), LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>Tells it, and leaves nothing running.</summary>
    /// <param name="stay">Whether to keep everything running after the summary, until stopped.</param>
    /// <param name="stopping">Ends it early.</param>
    /// <returns>What went wrong, in sentences; empty where nothing did.</returns>
    /// <exception cref="DemoException">It could not begin.</exception>
    public async Task<IReadOnlyList<string>> TellAsync(bool stay, CancellationToken stopping)
    {
        using var held = places.DatabaseFolder is { } folder ? DatabaseLock.Take(folder) : null;
        await using var stage = await DemoStage.StartAsync(places, time);
        try
        {
            return await PlayAsync(stage, stay, stopping);
        }
        catch (Exception failure) when (failure is DemoException or HttpRequestException or BridgeException or JsonException
            or TaskCanceledException { InnerException: TimeoutException })
        {
            Say("");
            return [failure.Message];
        }
    }

    private async Task<IReadOnlyList<string>> PlayAsync(DemoStage stage, bool stay, CancellationToken stopping)
    {
        Say($"Kyy.Bridge: from polling to webhooks, {Pace.TimesFaster} times faster than in life.", "", Picture, "");
        output.Write("PostgreSQL and the service … ");
        var started = time.GetTimestamp();
        await stage.ReadyAsync(stopping);
        var admin = stage.Client(stage.AdminKey);
        await TidyAsync(admin, stopping);
        var clientKey = await EnterAsync(stage, admin, stopping);
        var client = stage.Client(clientKey);
        await RehearseAsync(stage, client, stopping);
        Say($"ready after {Words.Seconds(time.GetElapsedTime(started))}");

        output.Write("Tasks of five families … ");
        var cast = new Cast(stage);
        Say(await cast.RegisterAsync(client, stopping), "");
        var result = await WatchAsync(cast, client, stopping);
        Say(["", .. Summary.Lines(result), ""]);
        if (Verdict.Faults(result) is [_, ..] faults) return faults;

        if (stay) await StayAsync(stage, clientKey, stopping);
        else Say(Summary.Next);
        return [];
    }

    /// <summary>Stops what a demo that was cut off left behind: this one's upstream would be asked for it.</summary>
    private static async Task TidyAsync(BridgeClient admin, CancellationToken stopping)
    {
        var left = await admin.ListTasksAsync(new() { Reference = Scene.Reference, Ended = false }, stopping).ToListAsync(stopping);
        foreach (var task in left) await admin.StopAsync(task.Id, cancellationToken: stopping);
    }

    /// <summary>Makes a client, whose signing secret the receiver is told.</summary>
    /// <returns>The client's key.</returns>
    private static async Task<string> EnterAsync(DemoStage stage, BridgeClient admin, CancellationToken stopping)
    {
        var client = await admin.CreateClientAsync(new("demo"), cancellationToken: stopping);
        var secret = await stage.Client(client.ApiKey).GetSigningSecretAsync(stopping);
        stage.Receiver.Secrets = [WebhookSecret.Parse(secret.Secret)];
        return client.ApiKey;
    }

    /// <summary>
    /// Sends one task through. Two fresh programs compile what they run: on a busy machine the first polls of all others would take
    /// longer than the time from one poll to the next.
    /// </summary>
    private static async Task RehearseAsync(DemoStage stage, BridgeClient client, CancellationToken stopping)
    {
        var task = stage.Upstream.Tasks.Create(new() { Family = EmulatedFamily.Videos, Statuses = [EmulatedStatus.Completed] });
        var registered = await client.RegisterAsync(new() { TaskId = task.Id, Reference = Scene.Reference }, cancellationToken: stopping);
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
            if (rows.All(row => row.IsSettled) || elapsed > LongestWait) return cast.Result(rows, elapsed);
            await Task.Delay(BetweenLooks, time, stopping);
        }
    }

    private async Task StayAsync(DemoStage stage, string clientKey, CancellationToken stopping)
    {
        Say([.. StayNotice.Lines(stage.Bridge, stage.Upstream.ControlUrl, stage.Receiver.BaseUrl, stage.AdminKey, clientKey)]);
        stage.Receiver.Received += webhook => Say(WebhookLine.Of(webhook));
        await Stop.RequestedAsync(stopping);
    }

    private void Say(params IEnumerable<string> lines)
    {
        foreach (var line in lines) output.WriteLine(line);
    }
}

using System.Text.Json;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Commands;
using Kyy.Bridge.Emulator.Receiving;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>The demo from its start to its summary.</summary>
internal sealed class DemoStory(DemoPlaces places, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30), BetweenLooks = TimeSpan.FromMilliseconds(200);

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
        catch (Exception failure) when (failure is DemoException or HttpRequestException or BridgeException or JsonException)
        {
            return [failure.Message];
        }
    }

    private async Task<IReadOnlyList<string>> PlayAsync(DemoStage stage, bool stay, CancellationToken stopping)
    {
        Say($"Kyy.Bridge: from polling to webhooks, {Pace.TimesFaster} times faster than in life.", "");
        await StepAsync("PostgreSQL and the service", () => StartAsync(stage, stopping));
        var clientKey = (await stage.Client(stage.AdminKey).CreateClientAsync(new("demo"), cancellationToken: stopping)).ApiKey;
        var client = stage.Client(clientKey);
        stage.Receiver.Secrets = [WebhookSecret.Parse((await client.GetSigningSecretAsync(stopping)).Secret)];

        var cast = new Cast(stage);
        await StepAsync("Tasks of five families", () => cast.RegisterAsync(client, stopping));
        Say("");
        var result = await WatchAsync(cast, client, stopping);
        Say(["", .. Summary.Lines(result), ""]);
        if (Verdict.Faults(result) is [_, ..] faults) return faults;

        if (stay) await StayAsync(stage, clientKey, stopping);
        else Say([.. Summary.Next]);
        return [];
    }

    private async Task<string> StartAsync(DemoStage stage, CancellationToken stopping)
    {
        var started = time.GetTimestamp();
        await stage.ReadyAsync(stopping);
        return $"ready in {Words.Seconds(time.GetElapsedTime(started))}";
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

    private async Task StepAsync(string what, Func<Task<string>> step)
    {
        output.Write($"{what} … ");
        var done = "failed";
        try
        {
            done = await step();
        }
        finally
        {
            output.WriteLine(done);
        }
    }

    private void Say(params IEnumerable<string> lines)
    {
        foreach (var line in lines) output.WriteLine(line);
    }
}

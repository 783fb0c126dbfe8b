using Kyy.Bridge.Benchmarks.Stages;

namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>
/// How long a quiet client's webhooks take while others flood, hang and drip, compared with being alone. The two take turns, so that
/// what drifts on the machine touches both alike.
/// </summary>
internal sealed class FairnessMeasurement : IMeasurement
{
    /// <summary>The default of <c>Bridge:Delivery:MaxConcurrencyPerHost</c>.</summary>
    private const int Share = 32;

    private const int Rounds = 4;
    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(10), WarmUp = TimeSpan.FromSeconds(8);

    // The quiet client stays below the limit, the one that hammers does not.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Bridge__Delivery__MaxConcurrencyPerHost"] = $"{Share}",
        ["Bridge__Delivery__Timeout"] = $"{Noise.DeliveryTimeout.TotalSeconds:0}s",
        ["Bridge__Limits__RequestsPerSecond"] = $"{QuietClient.PerSecond + 10}",
        ["Bridge__Upstream__MaxRequestsPerSecond"] = "1000",
    };

    public string Name => "fairness";

    public string Question => "how much later do a quiet client's webhooks arrive while others flood, hang and drip?";

    public async Task<Report> RunAsync(Progress progress, string folder, CancellationToken stopping)
    {
        await using var stage = await progress.StepAsync(
            "The service starts", () => Stage.StartAsync(Path.Combine(folder, "bridge.log"), Settings, stopping));
        await using var receiver = await Receiver.StartAsync();
        var run = new Run(stage, new(stage, await stage.NewClientAsync("quiet", stopping), receiver), receiver, progress, stopping);
        await run.RoundAsync("warm-up", 0, WarmUp);
        run.Forget();
        for (var round = 1; round <= Rounds; round++) await run.RoundAsync($"{round} of {Rounds}", round, Stretch);
        return FairnessReport.Of(run.Phases, run.Noises, Share);
    }

    private sealed class Run(Stage stage, QuietClient quiet, Receiver receiver, Progress progress, CancellationToken stopping)
    {
        public List<Phase> Phases { get; } = [];

        public List<NoiseFigures> Noises { get; } = [];

        public void Forget()
        {
            Phases.Clear();
            Noises.Clear();
        }

        public async Task RoundAsync(string name, int round, TimeSpan duration)
        {
            Phases.Add(await progress.StepAsync(
                $"Alone, {name}", () => quiet.StreamAsync(withNoise: false, round, duration, stopping)));
            await using var noise = await progress.StepAsync(
                $"Noise sets in, {name}", () => Noise.StartAsync(stage, receiver, Share, stopping));
            Phases.Add(await progress.StepAsync($"With noise, {name}", () => StreamBesideAsync(noise, round, duration)));
            // What comes when everybody is let go is no noise.
            var (receivers, requests) = (noise.Receivers, noise.Requests);
            var isOver = await progress.StepAsync($"Noise ends, {name}", () => noise.StopAsync(stopping));
            Noises.Add(new(receivers, requests.Sent, requests.Refused, isOver));
        }

        private async Task<Phase> StreamBesideAsync(Noise noise, int round, TimeSpan duration)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var noisy = noise.RunAsync(end.Token);
            try
            {
                return await quiet.StreamAsync(withNoise: true, round, duration, stopping);
            }
            finally
            {
                await end.CancelAsync();
                await noisy;
            }
        }
    }
}

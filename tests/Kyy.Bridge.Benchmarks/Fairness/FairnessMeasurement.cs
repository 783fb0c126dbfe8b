using Kyy.Bridge.Benchmarks.Stages;

namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>
/// How long a quiet client's webhooks take while others flood, hang and drip, compared with others that are well and make as many
/// attempts, and with being alone. They take turns, so that what drifts on the machine touches all alike.
/// </summary>
internal sealed class FairnessMeasurement : IMeasurement
{
    /// <summary>The default of <c>Bridge:Delivery:MaxConcurrencyPerHost</c>.</summary>
    private const int Share = 32;

    private const int RequestsPerSecond = QuietClient.PerSecond + 10;

    // The quiet client stays below the limit, the one that hammers does not.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Bridge__Delivery__MaxConcurrencyPerHost"] = $"{Share}",
        ["Bridge__Delivery__Timeout"] = $"{Noise.DeliveryTimeout.TotalSeconds:0}s",
        ["Bridge__Limits__RequestsPerSecond"] = $"{RequestsPerSecond}",
        ["Bridge__Upstream__MaxRequestsPerSecond"] = "1000",
    };

    public string Name => "fairness";

    public string Question => "how much later do a quiet client's webhooks arrive while others flood, hang and drip?";

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        await using var stage = await progress.StepAsync(
            "The service starts", () => Stage.StartAsync(Path.Combine(folder, "bridge.log"), Settings, stopping));
        await using var receiver = await Receiver.StartAsync();
        var run = new Run(stage, new(stage, await stage.NewClientAsync("quiet", stopping), receiver), receiver, progress, stopping);
        var (rounds, stretch) = (extent.Of(4, 1), extent.Of(TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(500)));
        await run.RoundAsync("warm-up", 0, stretch);
        run.Forget();
        for (var round = 1; round <= rounds; round++) await run.RoundAsync($"{round} of {rounds}", round, stretch);
        return FairnessReport.Of(run.Phases, run.Noises, Share);
    }

    private sealed class Run(Stage stage, QuietClient quiet, Receiver receiver, Progress progress, CancellationToken stopping)
    {
        // As many attempts a second as the unwell had last time.
        private double _attemptsPerSecond;

        public List<Phase> Phases { get; } = [];

        public List<NoiseFigures> Noises { get; } = [];

        public void Forget()
        {
            Phases.Clear();
            Noises.Clear();
        }

        /// <summary>One stretch of each; the well are first every other time, since a service that has worked for longer is a little slower.</summary>
        public async Task RoundAsync(string name, int round, TimeSpan duration)
        {
            Phases.Add(await progress.StepAsync($"Alone, {name}", () => quiet.StreamAsync(Company.Alone, round, duration, stopping)));
            if (round % 2 == 1) await BesideWellAsync(name, round, duration);
            await BesideUnwellAsync(name, round, duration);
            if (round % 2 == 0) await BesideWellAsync(name, round, duration);
        }

        private async Task BesideWellAsync(string name, int round, TimeSpan duration)
        {
            await using var others = await WellNeighbours.StartAsync(stage, RequestsPerSecond, stopping);
            Phases.Add(await progress.StepAsync($"Others are well, {name}", () => StreamBesideAsync(
                Company.Well, end => others.RunAsync(_attemptsPerSecond, end), () => others.Arrived, round, duration)));
            await others.StopAsync(stopping);
        }

        private async Task BesideUnwellAsync(string name, int round, TimeSpan duration)
        {
            await using var noise = await progress.StepAsync(
                $"Noise sets in, {name}", () => Noise.StartAsync(stage, receiver, Share, stopping));
            var phase = await progress.StepAsync($"Others are unwell, {name}", () => StreamBesideAsync(
                Company.Unwell, noise.RunAsync, () => noise.Arrived, round, duration));
            Phases.Add(phase);
            _attemptsPerSecond = phase.OthersPerSecond;
            // What comes when everybody is let go is no noise.
            var (receivers, requests) = (noise.Receivers, noise.Requests);
            var isOver = await progress.StepAsync($"Noise ends, {name}", () => noise.StopAsync(stopping));
            Noises.Add(new(receivers, requests.Sent, requests.Refused, isOver));
        }

        private async Task<Phase> StreamBesideAsync(
            Company company, Func<CancellationToken, Task> run, Func<int> arrived, int round, TimeSpan duration)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var before = arrived();
            var others = run(end.Token);
            try
            {
                var phase = await quiet.StreamAsync(company, round, duration, stopping);
                return phase with { OthersPerSecond = (arrived() - before) / duration.TotalSeconds };
            }
            finally
            {
                await end.CancelAsync();
                await others;
            }
        }
    }
}

namespace Kyy.Bridge.Benchmarks.Registration;

/// <summary>
/// How fast tasks are registered: one by one beside an endpoint that does nothing but an INSERT, and in batches. All kinds take turns
/// in several rounds, so that what drifts on the machine touches them alike.
/// </summary>
internal sealed class RegistrationMeasurement : IMeasurement
{
    /// <summary>Of the single registrations.</summary>
    public const int Connections = 64;

    // Size, at once, and how many batches.
    private static readonly (int Size, int AtOnce, int Batches)[] Batches = [(1_000, 4, 40), (10_000, 1, 4), (10_000, 2, 6)];

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Bridge__Limits__RequestsPerSecond"] = "1000000",
        ["Bridge__Limits__TasksInFlight"] = "1000000000",
    };

    public string Name => "registration";

    public string Question => "how fast are tasks registered, one by one and in batches?";

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        await using var stage = await progress.StepAsync(
            "The service starts", () => RegistrationStage.StartAsync(folder, Settings, stopping));
        using var run = new RegistrationRun(stage, stopping);
        var (rounds, single) = (extent.Of(3, 1), extent.Of(TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(300)));
        await progress.StepAsync("Warm-up", () => RoundAsync(run, single, isBrief: true));
        var warm = run.Forget();
        for (var round = 1; round <= rounds; round++)
            await progress.StepAsync($"Round {round} of {rounds}", () => RoundAsync(run, single, extent.IsBrief));
        var registered = warm + run.Stretches.Where(stretch => stretch.What != Stretch.Bare).Sum(stretch => stretch.Tasks);
        return RegistrationReport.Of(run.Stretches, registered, await stage.CountAsync(stopping));
    }

    private static async Task<bool> RoundAsync(RegistrationRun run, TimeSpan single, bool isBrief)
    {
        foreach (var what in new[] { Stretch.Bare, Stretch.Callback, Stretch.Endpoint }) await run.SinglesAsync(what, Connections, single);
        foreach (var (size, atOnce, count) in Batches)
        {
            foreach (var what in new[] { Stretch.Callback, Stretch.Endpoint })
                await run.BatchesAsync(what, size, atOnce, isBrief ? atOnce : count);
        }

        return true;
    }
}

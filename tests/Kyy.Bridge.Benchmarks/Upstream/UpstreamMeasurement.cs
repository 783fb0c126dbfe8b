using Kyy.Bridge.Benchmarks.Load;

namespace Kyy.Bridge.Benchmarks.Upstream;

/// <summary>
/// What one poll costs from the request to the understood answer, beside a bare GET and parse. The two take turns, so that what drifts on
/// the machine touches both alike; the emulated upstream is a process of its own.
/// </summary>
internal sealed class UpstreamMeasurement : IMeasurement
{
    private const int Concurrency = 64, PollsOfEach = 3;

    public string Name => "upstream";

    public string Question => "what does one poll cost from the request to the understood answer, beside a bare GET and parse?";

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        await using var actors = await ActorsProcess.StartAsync(stopping);
        var plain = await CompareAsync("HTTP/1.1", actors.Places.Upstream, actors, extent, progress, stopping);
        var secure = await CompareAsync("HTTP/2", actors.Places.SecureUpstream, actors, extent, progress, stopping);
        return UpstreamReport.Of(plain, secure);
    }

    private static async Task<(PollFigures Bare, PollFigures Client)> CompareAsync(
        string protocol, Uri baseUrl, ActorsProcess actors, Extent extent, Progress progress, CancellationToken stopping)
    {
        using var bare = new BarePolls(baseUrl, actors.Places, Concurrency);
        using var client = new ClientPolls(baseUrl, actors.Places, Concurrency);
        var (count, tasks) = (extent.Of(4, 1), extent.Of(6_000, 300));
        await progress.StepAsync($"Warm-up, {protocol}", () => TurnsAsync(tasks / 2));
        List<(PollFigures Bare, PollFigures Client)> rounds = [];
        for (var round = 1; round <= count; round++)
            rounds.Add(await progress.StepAsync($"{protocol}, {round} of {count}", () => TurnsAsync(tasks)));
        return (PollFigures.Sum(rounds.Select(round => round.Bare)), PollFigures.Sum(rounds.Select(round => round.Client)));

        async Task<(PollFigures Bare, PollFigures Client)> TurnsAsync(int some) =>
            (await RunAsync(bare, actors, some, stopping), await RunAsync(client, actors, some, stopping));
    }

    private static async Task<PollFigures> RunAsync(IPolls polls, ActorsProcess actors, int tasks, CancellationToken stopping)
    {
        var ids = await actors.CreateTasksAsync(tasks, PollsOfEach, stopping);
        var next = -1;
        var (started, cost, allocated) = (
            TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => Task.Run(WorkAsync, stopping)));
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        return new(
            tasks * PollsOfEach, elapsed, Environment.CpuUsage.TotalTime - cost, GC.GetTotalAllocatedBytes(precise: true) - allocated);

        async Task WorkAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < ids.Count; i = Interlocked.Increment(ref next))
            {
                for (var poll = 1; poll < PollsOfEach; poll++) await polls.AskAsync(ids[i], stopping);
                if (!await polls.AskAsync(ids[i], stopping)) throw new InvalidOperationException("The last poll finds a task completed.");
            }
        }
    }
}

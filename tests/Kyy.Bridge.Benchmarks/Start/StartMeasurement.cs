using Kyy.Bridge.Benchmarks.Stages;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Benchmarks.Start;

/// <summary>How soon the service is ready, and with how much memory it begins.</summary>
internal sealed class StartMeasurement : IMeasurement
{
    public string Name => "start";

    public string Question => "how soon is the service ready, on what there is already and on nothing?";

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        using var starting = new Starting(Path.Combine(folder, "bridge.log"));
        var homes = Directory.CreateDirectory(Path.Combine(folder, "start")).FullName;
        try
        {
            var run = new Run(starting, progress, homes, extent, stopping);
            return StartReport.Of([await run.RunningAsync(), await run.FolderAsync(), await run.NothingAsync()]);
        }
        finally
        {
            Directory.Delete(homes, recursive: true);
        }
    }

    private sealed class Run(Starting starting, Progress progress, string homes, Extent extent, CancellationToken stopping)
    {
        private string Home => Path.Combine(homes, "postgres");

        public async Task<StartFigures> RunningAsync()
        {
            var options = new LocalPostgresOptions { Directory = ScratchFolder.NewPath(), Durable = false };
            await using var server = await Service.StartDatabaseAsync(options, stopping);
            // The first one migrates.
            await starting.OnceAsync(null, server.ConnectionString, stopping);
            return await SeveralAsync(StartKind.Running, _ => starting.OnceAsync(null, server.ConnectionString, stopping));
        }

        public async Task<StartFigures> FolderAsync()
        {
            await starting.OnceAsync(Home, null, stopping);
            return await SeveralAsync(StartKind.Folder, _ => starting.OnceAsync(Home, null, stopping));
        }

        public Task<StartFigures> NothingAsync() =>
            SeveralAsync(StartKind.Nothing, place => starting.OnceAsync($"{Home}-{place}", null, stopping));

        private Task<StartFigures> SeveralAsync(StartKind kind, Func<int, Task<MeasuredStart>> once)
        {
            var count = extent.Of(kind.Starts, 1);
            return progress.StepAsync($"{count} starts, {kind.Name}", async () =>
            {
                var starts = new List<MeasuredStart>();
                while (starts.Count < count) starts.Add(await once(starts.Count));
                return new StartFigures(kind, starts);
            });
        }
    }
}

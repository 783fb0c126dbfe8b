using Kyy.Bridge.Benchmarks.Load;
using Kyy.Bridge.Benchmarks.Stages;
using Kyy.Bridge.Emulator.Demo;

namespace Kyy.Bridge.Benchmarks.ScaleOut;

/// <summary>Workers beside the service of a stage, on its database.</summary>
internal sealed class FurtherReplicas : IAsyncDisposable
{
    private readonly List<ServiceProcess> _processes = [];

    /// <summary>What each has used of the processors.</summary>
    public IEnumerable<TimeSpan> Times => _processes.Select(process => ProcessTimes.Of(process.Id));

    /// <param name="stage">Beside whose service.</param>
    /// <param name="count">How many.</param>
    /// <param name="folder">Takes what they say.</param>
    /// <param name="stopping">Gives up.</param>
    public static async Task<FurtherReplicas> StartAsync(LoadStage stage, int count, string folder, CancellationToken stopping)
    {
        var replicas = new FurtherReplicas();
        try
        {
            for (var number = 0; number < count; number++)
                await replicas.StartOneAsync(stage, Path.Combine(folder, $"bridge-{number + 2}.log"), stopping);
            return replicas;
        }
        catch
        {
            await replicas.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
    }

    private async Task StartOneAsync(LoadStage stage, string log, CancellationToken stopping)
    {
        var (address, places) = (FreePort.Address(), stage.Actors.Places);
        var settings = new Dictionary<string, string>(ServiceSettings.Of(address, places.Upstream, places.Key, Service.NewKey(), null))
        {
            ["ConnectionStrings__Bridge"] = stage.Service.Database.ConnectionString,
            ["Bridge__Roles"] = "worker",
        };
        foreach (var (name, value) in LoadSettings.All) settings[name] = value;
        var process = ServiceProcess.Start(Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.dll"), settings, log, TimeProvider.System);
        _processes.Add(process);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await process.ReadyAsync(
            async probing =>
            {
                using var answer = await http.GetAsync(new Uri(address, "/healthz/ready"), probing);
                return answer.IsSuccessStatusCode;
            },
            stopping);
    }
}

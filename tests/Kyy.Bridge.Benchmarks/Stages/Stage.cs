using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Demo;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Benchmarks.Stages;

/// <summary>The real service on a database that waits for no disk; the emulated upstream is in this process.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly Service _service;

    private Stage(EmulatorServer upstream, Service service) => (Upstream, _service) = (upstream, service);

    public EmulatorServer Upstream { get; }

    public NpgsqlDataSource Database => _service.Database;

    /// <param name="logFile">Takes what the service says.</param>
    /// <param name="settings">Configuration of the measurement's own, as environment variables.</param>
    /// <param name="stopping">Gives up.</param>
    /// <exception cref="DemoException">The service or its database does not come up.</exception>
    public static async Task<Stage> StartAsync(string logFile, IReadOnlyDictionary<string, string> settings, CancellationToken stopping)
    {
        var options = new EmulatorOptions { ApiKey = Service.NewKey(), TimeScale = Pace.TimeScale };
        var upstream = await EmulatorServer.StartAsync(options);
        try
        {
            var database = new Persistence.LocalPostgresOptions { Directory = ScratchFolder.NewPath(), Durable = false };
            return new(upstream, await Service.StartAsync(new(upstream.BaseUrl, options.ApiKey, database, logFile, settings), stopping));
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The API as a new client.</summary>
    public Task<BridgeClient> NewClientAsync(string name, CancellationToken stopping) => _service.NewClientAsync(name, stopping);

    /// <summary>A task that the upstream calls completed from the first time it is asked, with where its outcome goes.</summary>
    public TaskRegistration NewTask(Uri callback) => new()
    {
        TaskId = Upstream.Tasks.Create(new() { Family = EmulatedFamily.StarVideos, Statuses = [EmulatedStatus.Completed] }).Id,
        CallbackUrl = callback.AbsoluteUri,
        Family = Families.StarVideos,
    };

    /// <summary>The service first: it would else find its upstream gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}

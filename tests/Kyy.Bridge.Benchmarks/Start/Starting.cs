using System.Net;
using Kyy.Bridge.Benchmarks.Load;
using Kyy.Bridge.Benchmarks.Stages;
using Kyy.Bridge.Emulator.Demo;

namespace Kyy.Bridge.Benchmarks.Start;

/// <summary>Starts the real service, looks every few milliseconds whether it is ready, and ends it again.</summary>
internal sealed class Starting(string logFile) : IDisposable
{
    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMilliseconds(3);

    // Nobody is asked: there are no tasks.
    private static readonly Uri Upstream = new("http://127.0.0.1:9/");

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly string _key = Service.NewKey();

    /// <param name="folder">Of its private server; null where <paramref name="connection"/> names one.</param>
    /// <param name="connection">The server that it is to use.</param>
    /// <param name="stopping">Gives up.</param>
    /// <exception cref="DemoException">It does not become ready.</exception>
    public async Task<MeasuredStart> OnceAsync(string? folder, string? connection, CancellationToken stopping)
    {
        var address = FreePort.Address();
        var settings = new Dictionary<string, string>(ServiceSettings.Of(address, Upstream, _key, _key, folder));
        if (connection is not null) settings["ConnectionStrings__Bridge"] = connection;
        var started = TimeProvider.System.GetTimestamp();
        await using var service = ServiceProcess.Start(
            Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.dll"), settings, logFile, TimeProvider.System);
        await service.ReadyAsync(probing => IsReadyAsync(new(address, "/healthz/ready"), probing), stopping);
        var ready = TimeProvider.System.GetElapsedTime(started);
        var (now, most) = ProcessTimes.MemoryOf(service.Id);
        return new(ready, ProcessTimes.Of(service.Id), now, most);
    }

    public void Dispose() => _http.Dispose();

    // Goes on until it is given up, when whoever waits looks whether the process is still there: its own pause is longer than ours.
    private async Task<bool> IsReadyAsync(Uri probe, CancellationToken probing)
    {
        while (!await AnswersAsync(probe, probing)) await Task.Delay(BetweenProbes, TimeProvider.System, probing);
        return true;
    }

    private async Task<bool> AnswersAsync(Uri probe, CancellationToken probing)
    {
        try
        {
            using var answer = await _http.GetAsync(probe, probing);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

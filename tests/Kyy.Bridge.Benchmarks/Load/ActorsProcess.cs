using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Kyy.Bridge.Emulator.Demo;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>The actors, seen from the measurement.</summary>
internal sealed class ActorsProcess : IAsyncDisposable
{
    private const int LargestBatch = 10_000;
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    private ActorsProcess(Process process, ActorsPlaces places) => (_process, Places) = (process, places);

    public ActorsPlaces Places { get; }

    public int Id => _process.Id;

    /// <exception cref="DemoException">They do not start.</exception>
    public static async Task<ActorsProcess> StartAsync(CancellationToken stopping)
    {
        var dll = typeof(ActorsProcess).Assembly.Location;
        var process = Process.Start(new ProcessStartInfo("dotnet", [dll, Actors.Verb])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var line = await process.StandardOutput.ReadLineAsync(stopping);
        return line is null
            ? throw new DemoException("The emulated upstream and the receiver did not start.")
            : new(process, JsonSerializer.Deserialize<ActorsPlaces>(line)!);
    }

    /// <summary>Makes tasks that are being processed until the last of their polls, which finds them completed.</summary>
    public async Task<List<string>> CreateTasksAsync(int count, int pollsOfEach, CancellationToken stopping)
    {
        var statuses = Enumerable.Repeat("processing", pollsOfEach - 1).Append("completed").ToArray();
        var ids = new List<string>(count);
        while (ids.Count < count)
        {
            var wanted = Math.Min(LargestBatch, count - ids.Count).ToString(CultureInfo.InvariantCulture);
            using var answer = await _http.PostAsJsonAsync(
                new Uri(Places.Control, $"control/tasks?count={wanted}"), new { family = "starvideos", statuses }, stopping);
            answer.EnsureSuccessStatusCode();
            ids.AddRange((await answer.Content.ReadFromJsonAsync<Created>(stopping))!.Ids);
        }

        return ids;
    }

    public async Task<ActorsCounts> CountsAsync(CancellationToken stopping) =>
        (await _http.GetFromJsonAsync<ActorsCounts>(new Uri(Places.Receiver, "counts"), stopping))!;

    /// <summary>When each event's webhook arrived for the first time, by its id.</summary>
    public async Task<Dictionary<string, DateTimeOffset>> ArrivalsAsync(CancellationToken stopping) =>
        Times(await _http.GetStringAsync(new Uri(Places.Receiver, "arrivals"), stopping)).ToDictionary(line => line.Id, line => line.At[0]);

    /// <summary>When each of some tasks was asked for, by the upstream's id.</summary>
    public async Task<Dictionary<string, DateTimeOffset[]>> PollsAsync(IEnumerable<string> tasks, CancellationToken stopping)
    {
        using var ids = new StringContent(string.Join('\n', tasks));
        using var answer = await _http.PostAsync(new Uri(Places.Receiver, "polls"), ids, stopping);
        return Times(await answer.Content.ReadAsStringAsync(stopping)).ToDictionary(line => line.Id, line => line.At);
    }

    /// <summary>Lets the receiver begin to count anew.</summary>
    public async Task ForgetAsync(CancellationToken stopping)
    {
        using var answer = await _http.DeleteAsync(new Uri(Places.Receiver, "arrivals"), stopping);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(LongestEnd, TimeProvider.System);
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _http.Dispose();
    }

    private static IEnumerable<(string Id, DateTimeOffset[] At)> Times(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(part => (part[0], part[1..].Select(ticks => new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero)).ToArray()));

    private sealed record Created(string[] Ids);
}

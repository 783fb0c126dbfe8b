using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using Kyy.Bridge.Tests.Faults.Processes;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>A replica in one of its lives.</summary>
internal sealed partial class Replica : IAsyncDisposable
{
    private const string Program = "Kyy.Bridge.Replica.dll";
    private const int KeptLines = 40;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60), LongestEnd = TimeSpan.FromSeconds(30);

    // What is measured is the service, and not what a start of another one takes from it and from those that watch it.
    private const string Niceness = "5";

    private readonly Process _process;
    private readonly int _id;
    private readonly Queue<string> _lastWords = [];
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Replica(Process process)
    {
        (_process, _id) = (process, process.Id);
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Ended = EndAsync();
    }

    public Uri Address => _address.Task.Result;

    public Task Ended { get; }

    public bool HasEnded => Ended.IsCompleted;

    public int ExitCode => _process.ExitCode;

    public bool WasKilled => ExitCode == ReplicaProcess.Killed;

    public DateTimeOffset EndedAt => _process.ExitTime.ToUniversalTime();

    public string LastWords
    {
        get
        {
            lock (_lastWords) return string.Join('\n', _lastWords);
        }
    }

    /// <summary>Starts it and returns when it listens; null where it ended before, over a database that is away for instance.</summary>
    /// <param name="settings">Its configuration, keys with colons.</param>
    /// <param name="life">Where it dies, and by which clock it lives.</param>
    /// <param name="mayDie">False for one that is to live on.</param>
    /// <param name="cancellation">Ends it at once.</param>
    public static async Task<Replica?> TryStartAsync(
        IEnumerable<(string Key, string Value)> settings, Life life, bool mayDie, CancellationToken cancellation)
    {
        var replica = new Replica(Process.Start(Command([.. settings, .. Faults(life, mayDie).Environment()]))!);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(LongestStart);
        await Task.WhenAny(replica._address.Task, replica.Ended, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, limit.Token));
        if (replica._address.Task.IsCompletedSuccessfully && !replica.HasEnded) return replica;
        await replica.DisposeAsync();
        return null;
    }

    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>SIGTERM; returns when it has ended.</summary>
    public async Task TerminateAsync()
    {
        await SignalAsync("TERM");
        await Ended.WaitAsync(LongestEnd, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!HasEnded) await KillAsync();
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await Ended;
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasEnded) await KillAsync();
        _process.Dispose();
    }

    private static ReplicaFaults Faults(Life life, bool mayDie) => new()
    {
        KillAt = mayDie ? life.Point : null,
        KillNth = life.Nth,
        KillAfter = life.After,
        ClockOff = life.Ahead,
        ClockStepEvery = life.StepEvery,
    };

    private static ProcessStartInfo Command(IEnumerable<(string Key, string Value)> environment)
    {
        var program = Path.Combine(AppContext.BaseDirectory, Program);
        string[] command = ["-n", Niceness, "dotnet", program, "serve", "--urls", "http://127.0.0.1:0"];
        var start = new ProcessStartInfo("nice", command)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["Serilog__MinimumLevel__Override__Microsoft.Hosting.Lifetime"] = "Information",
            },
        };
        foreach (var (key, value) in environment) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        return start;
    }

    private async Task SignalAsync(string signal)
    {
        if (HasEnded) return;
        using var kill = Process.Start("kill", [$"-{signal}", _id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    private async Task EndAsync() => await _process.WaitForExitAsync(CancellationToken.None);

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_lastWords)
        {
            if (_lastWords.Count == KeptLines) _lastWords.Dequeue();
            _lastWords.Enqueue(line);
        }

        if (Listening().Match(line) is { Success: true } match) _address.TrySetResult(new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex("Now listening on: [^h]*(http://[0-9.:]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Listening();
}

using System.Diagnostics;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>The real service as a child process, which ends with this one, however that ends.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>
    /// Becomes the service, and leaves behind a watcher that ends it when the pipe from here does: a clean end, a crash and a
    /// kill -9 of the demo are then the same to it. A line through the pipe says that the service has ended, and that its process
    /// id may by now be somebody else's. The framework could only kill the service, which would cost it what is in flight.
    /// </summary>
    private const string Script = """
        log=$1
        shift
        exec 3<&0
        { read -r _ <&3 || kill -TERM $$; } >/dev/null 2>&1 &
        exec "$@" 3<&- </dev/null >"$log" 2>&1
        """;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60), LongestProbe = TimeSpan.FromSeconds(5);

    /// <summary>The service gives what is in flight 30 s (<c>Bridge:ShutdownTimeout</c>); nothing should be.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly TimeProvider _time;

    private ServiceProcess(Process process, TimeProvider time) => (_process, _time) = (process, time);

    /// <summary>The service's own process id: the shell becomes the service.</summary>
    public int Id => _process.Id;

    /// <param name="dll">The service's assembly.</param>
    /// <param name="settings">Its environment variables.</param>
    /// <param name="logFile">Takes all that it says; what was there is overwritten.</param>
    /// <param name="time">Bounds the waiting.</param>
    public static ServiceProcess Start(string dll, IReadOnlyDictionary<string, string> settings, string logFile, TimeProvider time)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        string[] arguments = ["-c", Script, "kyy-bridge-demo", logFile, "dotnet", dll, "serve"];
        var start = new ProcessStartInfo("sh", arguments) { RedirectStandardInput = true };
        // A demo looks the same everywhere: what this terminal would tell a bridge of its own is not for this one.
        var inherited = start.Environment.Keys.Where(name => name.StartsWith("Bridge__", StringComparison.OrdinalIgnoreCase)).ToList();
        foreach (var name in inherited) start.Environment.Remove(name);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return new(Process.Start(start)!, time);
    }

    /// <summary>Waits until the service says that it is ready.</summary>
    /// <exception cref="DemoException">It ended, or it took too long.</exception>
    public async Task ReadyAsync(Func<CancellationToken, Task<bool>> probe, CancellationToken stopping)
    {
        var started = _time.GetTimestamp();
        while (!await IsReadyAsync(probe, stopping))
        {
            if (_process.HasExited) throw new DemoException($"The service ended at its start, with exit code {_process.ExitCode}.");
            if (_time.GetElapsedTime(started) > LongestStart)
                throw new DemoException($"The service was not ready within {Words.Seconds(LongestStart)}.");
            await Task.Delay(BetweenProbes, _time, stopping);
        }
    }

    /// <summary>Ends the service, and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process.HasExited) await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.DisposeAsync();
        using var limit = new CancellationTokenSource(LongestEnd, _time);
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync(Func<CancellationToken, Task<bool>> probe, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(LongestProbe, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            return await probe(either.Token);
        }
        catch (Exception unanswered) when (unanswered is HttpRequestException || limit.IsCancellationRequested)
        {
            return false;
        }
    }
}

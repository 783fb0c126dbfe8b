using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Kyy.Bridge.Client;

namespace Kyy.Bridge.Tests.Support;

/// <summary>The service as a process of its own, to be stopped or killed as a machine does it.</summary>
internal sealed partial class BridgeProcess : IAsyncDisposable
{
    private const string Service = "Kyy.Bridge.dll";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly HttpClient _http = new(new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BridgeProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>All that it has said, for a failing test's message.</summary>
    public string Output
    {
        get
        {
            lock (_output) return string.Join('\n', _output);
        }
    }

    /// <summary>The most memory that was ever resident, in bytes (Linux: <c>VmHWM</c>).</summary>
    public long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Whether it has ended, by itself or not.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts it and returns when it listens.</summary>
    /// <param name="environment">Its configuration, keys with colons.</param>
    public static Task<BridgeProcess> StartAsync(params (string Key, string Value)[] environment) => StartAsync(Service, environment);

    /// <summary>Starts another program that serves, and returns when it listens.</summary>
    /// <param name="program">Its assembly, beside the tests'.</param>
    /// <param name="environment">Its configuration, keys with colons.</param>
    public static async Task<BridgeProcess> StartAsync(string program, (string Key, string Value)[] environment)
    {
        var process = new BridgeProcess(Process.Start(Command(program, ["serve", "--urls", "http://127.0.0.1:0"], environment))!);
        try
        {
            await process._address.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
            return process;
        }
        catch (TimeoutException)
        {
            var said = process.Output;
            await process.DisposeAsync();
            throw new TimeoutException($"The service does not listen. It said:\n{said}");
        }
    }

    /// <summary>Runs a verb that ends by itself.</summary>
    /// <param name="arguments">The verb, and what belongs to it.</param>
    /// <param name="environment">Its configuration, keys with colons.</param>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string[] arguments, params (string Key, string Value)[] environment)
    {
        using var process = Process.Start(Command(Service, arguments, environment))!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    public Uri Address => _address.Task.Result;

    public BridgeClient ClientOf(string key) => new(_http, new() { BaseAddress = Address, ApiKey = key });

    /// <summary>SIGTERM; returns its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        return await WhenEndedAsync();
    }

    /// <summary>SIGSTOP: it keeps all that it has, and does nothing.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT, after <see cref="FreezeAsync"/>.</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    /// <summary>Returns its exit code when it has ended: 128 and the signal's number where it was killed.</summary>
    public async Task<int> WhenEndedAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
        _http.Dispose();
    }

    private static ProcessStartInfo Command(string program, string[] arguments, (string Key, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Serilog__MinimumLevel__Override__Microsoft.Hosting.Lifetime"] = "Information" },
        };
        foreach (var (key, value) in environment) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        return start;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_output) _output.Add(line);
        if (Listening().Match(line) is { Success: true } match) _address.TrySetResult(new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex("Now listening on: [^h]*(http://[0-9.:]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Listening();
}

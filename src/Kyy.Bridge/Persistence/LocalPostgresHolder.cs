using System.Diagnostics;

namespace Kyy.Bridge.Persistence;

/// <summary>This process's share in keeping a private server up: the running <see cref="LocalPostgresScript"/>.</summary>
internal sealed class LocalPostgresHolder : IAsyncDisposable
{
    // A fast shutdown writes a checkpoint and takes a tenth of a second; a minute is for a disk in trouble.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromMinutes(1);

    private static readonly byte[] Request = "\n"u8.ToArray();

    private readonly Process _script;
    private readonly Stream _requests;
    private readonly Task<string> _errors;
    private readonly TimeProvider _time;

    private LocalPostgresHolder(Process script, TimeProvider time)
    {
        (_script, _time) = (script, time);
        // Past the writer, whose Close throws on a broken pipe.
        _requests = script.StandardInput.BaseStream;
        _errors = script.StandardError.ReadToEndAsync();
    }

    public static LocalPostgresHolder Start(IReadOnlyList<string> command, TimeProvider time)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new LocalPostgresHolder(Process.Start(start)!, time);
    }

    /// <summary>Looks whether the server runs, and starts it where it does not; null where the script has ended over it.</summary>
    public async Task<LocalPostgresLook?> LookAsync(CancellationToken cancellation)
    {
        try
        {
            await _requests.WriteAsync(Request, cancellation);
        }
        catch (IOException)
        {
            return null;
        }

        var answer = await _script.StandardOutput.ReadLineAsync(cancellation);
        return answer?.Split(' ', 2) is [var role, var socket] ? new LocalPostgresLook(role == "started", socket) : null;
    }

    /// <summary>How the script ended: its exit code and what it wrote.</summary>
    public async Task<(int ExitCode, string Errors)> EndedAsync(CancellationToken cancellation)
    {
        await _script.WaitForExitAsync(cancellation);
        return (_script.ExitCode, (await _errors.WaitAsync(cancellation)).Trim());
    }

    /// <summary>Lets go of the server, and waits until it has stopped or is left to the processes that still use it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _requests.DisposeAsync();
        using var limit = new CancellationTokenSource(LongestEnd, _time);
        await _script.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_script.HasExited) _script.Kill();
        _script.Dispose();
    }
}

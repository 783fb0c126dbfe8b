using System.Diagnostics;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Tests.Faults.Database;

/// <summary>Runs a program of the machine to its end.</summary>
internal static class ServerCommand
{
    /// <summary>As the account that the server runs as, whose files the program reads or makes.</summary>
    public static Task<string> AsServerAsync(params string[] command) => Environment.IsPrivilegedProcess
        ? RunAsync(["setpriv", $"--reuid={LocalPostgresCommand.ServerAccount}", $"--regid={LocalPostgresCommand.ServerAccount}",
            "--init-groups", .. command])
        : RunAsync(command);

    /// <summary>What it wrote; it throws where the program failed.</summary>
    public static async Task<string> RunAsync(params string[] command)
    {
        var (exitCode, output) = await TryAsync(command);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)}: {output}");
    }

    public static async Task<(int ExitCode, string Output)> TryAsync(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}

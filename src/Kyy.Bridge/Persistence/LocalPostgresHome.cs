using System.Diagnostics;
using System.Globalization;

namespace Kyy.Bridge.Persistence;

/// <summary>The folder of a private server: its data, log, settings and locks.</summary>
/// <param name="Folder">Its full path.</param>
internal sealed record LocalPostgresHome(string Folder)
{
    private const int TailLines = 20;

    /// <summary>The major version that wrote the data; null where there is none yet.</summary>
    public int? DataMajor()
    {
        var version = Path.Combine(Folder, "data", "PG_VERSION");
        return File.Exists(version) ? int.Parse(File.ReadAllText(version), CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Makes the folder, and as root gives it to the account that the server runs as.</summary>
    public async Task MakeAsync(bool asRoot, CancellationToken cancellation)
    {
        if (!asRoot)
        {
            Directory.CreateDirectory(Folder);
            return;
        }

        // install(1) makes, owns and closes a folder in one go; the framework has no chown.
        const string account = LocalPostgresCommand.ServerAccount;
        string[] arguments = ["-d", "-o", account, "-g", account, "-m", "0700", Folder];
        using var install = Process.Start(new ProcessStartInfo("install", arguments) { RedirectStandardError = true })!;
        var errors = await install.StandardError.ReadToEndAsync(cancellation);
        await install.WaitForExitAsync(cancellation);
        if (install.ExitCode != 0) throw new IOException(errors.Trim());
    }

    /// <summary>Why a server could not be held up here, in words for people.</summary>
    public string Explain(int exitCode, string errors) =>
        exitCode == LocalPostgresScript.Unreachable
            ? $"{Folder} is out of reach of {ServerAccount}. Set Bridge__Database__LocalDirectory to a folder that is not, "
                + "such as /var/lib/kyy-bridge, or name a running server in ConnectionStrings__Bridge."
            : $"The private PostgreSQL in {Folder} did not start: {errors}";

    /// <summary>The end of the server's log, on lines of its own; empty where there is no log.</summary>
    public string LogTail()
    {
        var log = Path.Combine(Folder, "server.log");
        return File.Exists(log) ? string.Join('\n', [$"\nThe end of {log}:", .. File.ReadLines(log).TakeLast(TailLines)]) : "";
    }

    private static string ServerAccount => Environment.IsPrivilegedProcess
        ? $"the user {LocalPostgresCommand.ServerAccount}, whom the server runs as because PostgreSQL refuses to be root"
        : $"the user {Environment.UserName}";
}

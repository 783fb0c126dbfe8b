using System.Security.Cryptography;
using System.Text;

namespace Kyy.Bridge.Persistence;

/// <summary>The words that a private server is started with; nothing here touches the machine.</summary>
internal static class LocalPostgresCommand
{
    /// <summary>The server's superuser, whatever the name of the person at the keyboard.</summary>
    public const string User = "bridge";

    /// <summary>Who the server runs as where the service is root, which PostgreSQL refuses to be.</summary>
    public const string ServerAccount = "postgres";

    // sockaddr_un holds 104 bytes on macOS and 108 on Linux, the closing zero included.
    private const int LongestSocketPath = 103;

    /// <summary>The command that holds the server up, see <see cref="LocalPostgresScript"/>.</summary>
    public static string[] Hold(string home, LocalPostgresBinaries binaries, LocalPostgresOptions options, bool asRoot)
    {
        var socket = SocketFolder(home);
        string[] drop = asRoot ? ["setpriv", $"--reuid={ServerAccount}", $"--regid={ServerAccount}", "--init-groups"] : [];
        string[] initdb = ["--no-locale", "--encoding=UTF8", "--auth=trust", $"--username={User}", .. Sync(options)];
        return
        [
            .. drop, "sh", "-c", LocalPostgresScript.Text, "kyy-bridge-postgres",
            home, binaries.Folder, socket, Settings(socket, options), options.Durable ? "keep" : "remove", .. initdb,
        ];
    }

    /// <summary>
    /// Where the server's socket goes: the home itself, or where no socket or connection string could carry its path a short folder
    /// whose name follows from it.
    /// </summary>
    public static string SocketFolder(string home)
    {
        // To Npgsql a comma separates hosts.
        if (Encoding.UTF8.GetByteCount($"{home}/.s.PGSQL.5432") <= LongestSocketPath && !home.Contains(',', StringComparison.Ordinal))
            return home;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home)))[..16];
        // Not Path.GetTempPath(): on macOS that is long itself.
        return $"/tmp/kyy-bridge-{name}";
    }

    /// <summary>The server's whole configuration file: everything that differs from PostgreSQL's own defaults.</summary>
    public static string Settings(string socketFolder, LocalPostgresOptions options)
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = "",
            // A list, in which quotes keep a folder with a comma or a space whole.
            ["unix_socket_directories"] = $"\"{socketFolder.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
            ["unix_socket_permissions"] = "0700",
            ["max_connections"] = "100",
            ["shared_buffers"] = "128MB",
            ["timezone"] = "UTC",
            // Compiling a statement takes longer than running one of ours.
            ["jit"] = "off",
        };
        if (!options.Durable) (settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"]) = ("off", "off", "off");
        foreach (var (name, value) in options.Settings ?? new Dictionary<string, string>()) settings[name] = value;
        return string.Concat(settings.Select(setting => $"{setting.Key} = '{Quoted(setting.Value)}'\n"));
    }

    private static string[] Sync(LocalPostgresOptions options) => options.Durable ? [] : ["--no-sync"];

    private static string Quoted(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);
}

using System.Globalization;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Database;

/// <summary>The processes of one server: the postmaster and the children that it has at this moment.</summary>
/// <param name="home">The folder of the server, see <see cref="Bridge.Persistence.LocalPostgresHome"/>.</param>
internal sealed class ServerProcesses(string home)
{
    private const int CommandColumn = 2;

    /// <summary>kill -9 of all of them at once, as when the machine loses its power; returns when none is left.</summary>
    public async Task KillAsync()
    {
        await FreezeAsync();
        await SignalAsync("KILL", await ListAsync());
        await Wait.UntilAsync(() => HaveEnded, "the killed server has ended");
    }

    /// <summary>kill -9 of one, which makes the postmaster throw out all others and recover.</summary>
    public static Task KillOneAsync(int process) => SignalAsync("KILL", [process]);

    /// <summary>SIGSTOP: connections stay, new ones are accepted by the kernel, and nothing answers.</summary>
    public async Task FreezeAsync()
    {
        // The postmaster first, so that it makes no further ones.
        await SignalAsync("STOP", [Postmaster]);
        await SignalAsync("STOP", await ListAsync());
    }

    /// <summary>SIGCONT.</summary>
    public async Task ThawAsync() => await SignalAsync("CONT", await ListAsync());

    /// <summary>Every process of the server holds this lock, so that it can be had only when the last one has ended.</summary>
    public bool HaveEnded
    {
        get
        {
            try
            {
                using var taken = new FileStream(Path.Combine(home, "server.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    private int Postmaster =>
        int.Parse(File.ReadLines(Path.Combine(home, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private async Task<int[]> ListAsync()
    {
        var postmaster = Postmaster;
        var lines = (await ServerCommand.RunAsync("ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "comm=")).Split('\n');
        return
        [
            .. lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(columns => columns.Length > CommandColumn && columns[CommandColumn].EndsWith("postgres", StringComparison.Ordinal))
                .Select(columns => (Id: Number(columns[0]), Parent: Number(columns[1])))
                .Where(process => process.Id == postmaster || process.Parent == postmaster)
                .Select(process => process.Id),
        ];
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    // One that has ended meanwhile is no failure.
    private static Task SignalAsync(string signal, IEnumerable<int> processes) =>
        ServerCommand.TryAsync(["kill", $"-{signal}", .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))]);
}

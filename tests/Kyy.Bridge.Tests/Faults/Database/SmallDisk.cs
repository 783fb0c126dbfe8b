using System.Globalization;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Database;

/// <summary>
/// A file system of a given size, in memory. Only root may mount one, or whoever sudo asks no password; for everybody else a test that
/// wants it is skipped.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private static readonly string[] AsRoot = Environment.IsPrivilegedProcess ? [] : ["sudo", "-n"];

    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    private long Free => new DriveInfo(Path).AvailableFreeSpace;

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var path = Directory.CreateDirectory(ScratchFolder.NewPath()).FullName;
        var size = string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0777");
        var (exitCode, refusal) = await TryAsync("mount", "-t", "tmpfs", "-o", size, "kyy-bridge", path);
        if (exitCode != 0)
        {
            Directory.Delete(path);
            Assert.Skip($"Nobody here may mount a small disk: {refusal.Trim()}");
        }

        return new(path);
    }

    /// <summary>Takes all room but so many bytes: PostgreSQL finds none for a page, or for a segment of its log.</summary>
    public async Task FillAsync(long leave = 0)
    {
        await using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write);
        var block = new byte[4096];
        while (Free - leave >= block.Length)
        {
            await ballast.WriteAsync(block);
            await ballast.FlushAsync();
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Empty() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        await TryAsync("umount", "--lazy", Path);
        if (Directory.Exists(Path)) Directory.Delete(Path);
    }

    private static async Task<(int ExitCode, string Output)> TryAsync(params string[] command)
    {
        try
        {
            return await ServerCommand.TryAsync([.. AsRoot, .. command]);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (1, missing.Message);
        }
    }
}

namespace Kyy.Bridge.Tests.Support;

/// <summary>
/// A place for a folder of a test's own, which is gone after it. Unlike the framework's own temporary folders it is not closed to the
/// account that a server runs as.
/// </summary>
internal sealed class ScratchFolder : IDisposable
{
    private const long RoomInMemory = 2L << 30;
    private const string Memory = "/dev/shm";

    public string Path { get; } = NewPath();

    /// <summary>A path that nothing has yet; in memory where there is room, since the disk takes most of a small server's time.</summary>
    public static string NewPath() =>
        System.IO.Path.Combine(Parent(), $"kyy-bridge-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}");

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    // A container has 64 MB of it by default, which a few databases fill.
    private static string Parent() =>
        Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > RoomInMemory ? Memory : System.IO.Path.GetTempPath();
}

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>
/// Keeps a demo's database to one demo at a time: two bridges on one database share all work, and each would ask its own upstream
/// for the other's tasks.
/// </summary>
internal static class DatabaseLock
{
    /// <exception cref="DemoException">Another demo has it.</exception>
    public static IDisposable Take(string databaseFolder)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(databaseFolder)!);
        try
        {
            // Beside the folder: that itself may belong to the account that the server runs as. The system drops the lock with us.
            return new FileStream($"{databaseFolder}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new DemoException(
                $"Another demo is running on {databaseFolder}. End it first, or name another folder in Bridge__Database__LocalDirectory.");
        }
    }
}

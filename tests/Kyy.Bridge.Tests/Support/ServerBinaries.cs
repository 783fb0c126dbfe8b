using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Tests.Support;

internal static class ServerBinaries
{
    /// <summary>
    /// Lets a test go on only where PostgreSQL's binaries are. Without them it is skipped on a laptop, and fails on a build server,
    /// where nobody reads what was skipped.
    /// </summary>
    public static async Task RequireAsync()
    {
        try
        {
            var folders = LocalPostgresBinaries.Folders(Environment.GetEnvironmentVariable("PATH"));
            await LocalPostgresBinaries.FindAsync(folders, null, TestContext.Current.CancellationToken);
        }
        catch (LocalPostgresException missing) when (Environment.GetEnvironmentVariable("CI") is null or "")
        {
            Assert.Skip(missing.Message);
        }
    }
}

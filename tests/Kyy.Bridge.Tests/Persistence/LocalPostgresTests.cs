using System.Diagnostics;
using System.Globalization;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class LocalPostgresTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();

    private string Home => Path.Combine(_scratch.Path, "postgres");

    public async ValueTask InitializeAsync() => await ServerBinaries.RequireAsync();

    public ValueTask DisposeAsync()
    {
        _scratch.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Start_StoppedBefore_KeepsItsData()
    {
        await using (var first = await StartAsync())
        {
            first.Joined.ShouldBeFalse();
            await SqlAsync(first, "CREATE TABLE kept AS SELECT 'ä' AS text");
        }

        ServerIsGone().ShouldBeTrue();
        await using var second = await StartAsync();
        second.Joined.ShouldBeFalse();
        (await SqlAsync(second, "SELECT text FROM kept")).ShouldBe("ä");
    }

    [Fact]
    public async Task Start_ServerRunning_JoinsItAndKeepsItUp()
    {
        var owner = await StartAsync();
        await using (var joiner = await StartAsync())
        {
            joiner.Joined.ShouldBeTrue();
            joiner.ConnectionString.ShouldBe(owner.ConnectionString);

            await owner.DisposeAsync();

            (await SqlAsync(joiner, "SELECT 42")).ShouldBe(42);
        }

        ServerIsGone().ShouldBeTrue();
    }

    [Fact]
    public async Task Start_SeveralAtOnce_OneStartsAndTheOthersJoin()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync()));

        servers.Count(server => !server.Joined).ShouldBe(1);
        foreach (var server in servers) (await SqlAsync(server, "SELECT 42")).ShouldBe(42);
        foreach (var server in servers) await server.DisposeAsync();
        ServerIsGone().ShouldBeTrue();
    }

    [Fact]
    public async Task OwnerKilled_NobodyElseUsesTheServer_NoProcessOfItIsLeft()
    {
        using var owner = await OwnerProcessAsync();

        owner.Kill();

        await Wait.UntilAsync(ServerIsGone, "the server has ended");
        File.Exists(Path.Combine(Home, "data", "postmaster.pid")).ShouldBeFalse("the server was not shut down in order");
    }

    [Fact]
    public async Task OwnerKilled_AnotherProcessUsesTheServer_ServerStaysForIt()
    {
        using var owner = await OwnerProcessAsync();
        await using (var joiner = await StartAsync())
        {
            joiner.Joined.ShouldBeTrue();
            owner.Kill();
            await owner.WaitForExitAsync(TestContext.Current.CancellationToken);

            (await SqlAsync(joiner, "SELECT 42")).ShouldBe(42);
        }

        ServerIsGone().ShouldBeTrue();
    }

    [Fact]
    public async Task OwnerTerminated_ServerHasStoppedBeforeItsExit()
    {
        using var owner = await OwnerProcessAsync();

        using var terminate = Process.Start("kill", ["-TERM", owner.Id.ToString(CultureInfo.InvariantCulture)]);
        await owner.WaitForExitAsync(TestContext.Current.CancellationToken);

        owner.ExitCode.ShouldBe(0);
        ServerIsGone().ShouldBeTrue();
    }

    [Fact]
    public async Task ServerKilled_NextStart_RecoversWhatWasCommitted()
    {
        await using var before = await StartAsync();
        await SqlAsync(before, "CREATE TABLE kept AS SELECT 42 AS answer");
        using var server = Process.GetProcessById(ServerId());
        server.Kill();

        await using var after = await StartAsync();

        after.Joined.ShouldBeFalse();
        (await SqlAsync(after, "SELECT answer FROM kept")).ShouldBe(42);
    }

    [Fact]
    public async Task Start_StalePidFileNamesALiveProcess_StartsAllTheSame()
    {
        await (await StartAsync()).DisposeAsync();
        await File.WriteAllTextAsync(
            Path.Combine(Home, "data", "postmaster.pid"), $"{Environment.ProcessId}\n", TestContext.Current.CancellationToken);

        await using var server = await StartAsync();

        server.Joined.ShouldBeFalse();
        (await SqlAsync(server, "SELECT 42")).ShouldBe(42);
    }

    [Fact]
    public async Task Start_FolderTooDeepForASocket_ListensInAShortOne()
    {
        var deep = Path.Combine(Home, new string('d', 60), new string('e', 60));

        string socket;
        await using (var server = await StartAsync(new LocalPostgresOptions { Directory = deep }))
        {
            socket = new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!;
            socket.Length.ShouldBeLessThan(deep.Length);
            (await SqlAsync(server, "SELECT 42")).ShouldBe(42);
        }

        Directory.Exists(socket).ShouldBeFalse();
    }

    [Fact]
    public async Task Start_NotDurable_LeavesNoFolderBehind()
    {
        await using (var server = await StartAsync(new LocalPostgresOptions { Directory = Home, Durable = false }))
            (await SqlAsync(server, "SHOW fsync")).ShouldBe("off");

        // The home itself stays where the server's account may not write beside it; nothing of the server does.
        (Directory.Exists(Home) && Directory.EnumerateFileSystemEntries(Home).Any()).ShouldBeFalse();
    }

    [Fact]
    public async Task Start_ServerRefusesItsSettings_FailureCarriesTheServersWords()
    {
        var options = new LocalPostgresOptions { Directory = Home, Settings = new Dictionary<string, string> { ["work_mem"] = "plenty" } };

        var failure = await Should.ThrowAsync<LocalPostgresException>(() => StartAsync(options));

        failure.Message.ShouldContain("invalid value for parameter \"work_mem\": \"plenty\"");
        ServerIsGone().ShouldBeTrue();
    }

    [Fact]
    public async Task Start_FolderOutOfReach_SaysSo()
    {
        var closed = Directory.CreateTempSubdirectory("kyy-bridge-").FullName;
        using var close = Process.Start("chmod", ["000", closed]);
        await close.WaitForExitAsync(TestContext.Current.CancellationToken);
        try
        {
            var options = new LocalPostgresOptions { Directory = Path.Combine(closed, "postgres") };
            (await Should.ThrowAsync<LocalPostgresException>(() => StartAsync(options))).Message.ShouldContain(closed);
        }
        finally
        {
            Directory.Delete(closed, recursive: true);
        }
    }

    [Fact]
    public async Task Start_CancelledWhileAnotherProcessStopsTheServer_Ends()
    {
        await (await StartAsync()).DisposeAsync();
        await using var stopping = new FileStream(Path.Combine(Home, "holders.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        using var cancelled = new CancellationTokenSource();
        var start = LocalPostgres.StartAsync(
            new LocalPostgresOptions { Directory = Home }, TimeProvider.System, NullLogger.Instance, cancelled.Token);

        await cancelled.CancelAsync();
        await stopping.DisposeAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => start);
    }

    private Task<LocalPostgres> StartAsync() => StartAsync(new LocalPostgresOptions { Directory = Home });

    private static Task<LocalPostgres> StartAsync(LocalPostgresOptions options) =>
        LocalPostgres.StartAsync(options, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);

    private static async Task<object?> SqlAsync(LocalPostgres server, string sql)
    {
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A process that owns the server by the service's own verb, and has it running.</summary>
    private async Task<Process> OwnerProcessAsync()
    {
        string[] arguments = [typeof(LocalPostgres).Assembly.Location, "postgres", Home];
        var owner = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var connection = await owner.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        connection.ShouldNotBeNull().ShouldStartWith("Host=");
        return owner;
    }

    private int ServerId() =>
        int.Parse(File.ReadLines(Path.Combine(Home, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Every process of the server holds this lock, so that it can be had only when the last one has ended.</summary>
    private bool ServerIsGone()
    {
        try
        {
            using var taken = new FileStream(Path.Combine(Home, "server.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

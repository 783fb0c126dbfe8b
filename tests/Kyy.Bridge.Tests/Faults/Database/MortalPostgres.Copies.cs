using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Database;

/// <summary>Back-ups and standbys.</summary>
internal sealed partial class MortalPostgres
{
    private int _copies;

    /// <summary>A base back-up with what its start needs of the log, as operators take it; returns its folder.</summary>
    public async Task<string> BackUpAsync()
    {
        var folder = Path.Combine(_home.Folder, $"backup-{++_copies}");
        await BaseBackupAsync(folder);
        return folder;
    }

    /// <summary>
    /// Puts a back-up in the place of the data, of a server that runs or has died. What was committed after it is gone.
    /// </summary>
    /// <param name="backup">What <see cref="BackUpAsync"/> has returned.</param>
    /// <param name="isRecovery">Whether as a recovery to a point in time, which begins a timeline; else as a snapshot that is put back.</param>
    public async Task RestoreAsync(string backup, bool isRecovery = true)
    {
        if (!_processes.HaveEnded) await KillAsync();
        await ServerCommand.AsServerAsync("rm", "-rf", Data);
        await ServerCommand.AsServerAsync("cp", "-a", backup, Data);
        if (isRecovery)
        {
            await ServerCommand.AsServerAsync("touch", Path.Combine(Data, "recovery.signal"));
            // There is no archive: it ends with the log that the back-up has.
            await SetAsync("restore_command", "false");
        }

        await StartAsync();
        await Wait.UntilAsync(async () => !await ScalarAsync<bool>("select pg_is_in_recovery()"), "the restored server takes writes");
    }

    /// <summary>
    /// A streaming standby of this server. With a synchronous one a commit waits until it has it too, and with none there for ever.
    /// </summary>
    public async Task<MortalPostgres> StandbyAsync(bool isSynchronous)
    {
        var name = $"standby{++_copies}";
        var standby = await MakeAsync(null, [.. _settings.Select(setting => (setting.Key, setting.Value))]);
        try
        {
            await BaseBackupAsync(standby.Data, name);
            await standby.StartAsync();
            if (isSynchronous) await SetSynchronousAsync(name);
            await Wait.UntilAsync(() => FollowsAsync(name, isSynchronous), "the standby follows");
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes this standby a server that takes writes.</summary>
    public async Task PromoteAsync()
    {
        (await ScalarAsync<bool>("select pg_promote(wait => true)")).ShouldBeTrue();
        await Wait.UntilAsync(async () => !await ScalarAsync<bool>("select pg_is_in_recovery()"), "the standby takes writes");
    }

    private async Task BaseBackupAsync(string folder, string? standby = null)
    {
        string[] follow = standby is null ? [] : ["--write-recovery-conf"];
        var source = $"host=127.0.0.1 port={Port} user={LocalPostgresCommand.User} application_name={standby ?? "backup"}";
        await ServerCommand.AsServerAsync(
            [Tool("pg_basebackup"), "--dbname", source, "--pgdata", folder, "--wal-method", "stream", "--checkpoint", "fast", .. follow]);
    }

    private async Task SetSynchronousAsync(string names)
    {
        await ExecuteAsync($"alter system set synchronous_standby_names = '{names}'");
        await ExecuteAsync("select pg_reload_conf()");
    }

    private Task<bool> FollowsAsync(string standby, bool isSynchronous) => ScalarAsync<bool>(
        $"""
        select count(*) = 1 from pg_stat_replication
        where application_name = '{standby}' and state = 'streaming' and sync_state = '{(isSynchronous ? "sync" : "async")}'
        """);

    // Of a server that does not run: what ALTER SYSTEM writes.
    private Task SetAsync(string name, string value) => ServerCommand.AsServerAsync(
        "sh", "-c", "echo \"$1 = '$2'\" >>\"$3\"", "set", name, value, Path.Combine(Data, "postgresql.auto.conf"));
}

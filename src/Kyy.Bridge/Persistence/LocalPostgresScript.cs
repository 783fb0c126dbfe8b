namespace Kyy.Bridge.Persistence;

/// <summary>The shell script that holds a private server up for one process.</summary>
/// <remarks>
/// Each process that uses a folder, the one that started the server or one that joined it, runs one of these and talks to it by a
/// pipe. A kill -9 of that process closes the pipe, so the script outlives it just long enough to tidy up. Two locks decide
/// everything, because the kernel drops a lock however its owner ends:
/// <c>holders.lock</c> is shared by the scripts; the one that gets it alone was the last, and stops the server while newcomers wait.
/// <c>server.lock</c> is inherited by every process of the server; whoever gets it knows that the server is gone to the last
/// backend, whatever a postmaster.pid says whose number may long belong to somebody else.
/// Killing a script itself costs only the tidy end: the next process on the folder joins the server and ends it with itself.
/// </remarks>
internal static class LocalPostgresScript
{
    /// <summary>The exit code for a folder that the server's account cannot enter.</summary>
    public const int Unreachable = 3;

    /// <summary>Arguments: home, binaries, socket folder, settings, "keep" or "remove", initdb's options.</summary>
    public const string Text = """
        set -eu
        home=$1 bin=$2 socket=$3 settings=$4 end=$5
        shift 5
        # Ctrl+C reaches the whole terminal; only the end of the pipe says that the service has drained.
        trap '' HUP INT QUIT TERM
        umask 077
        cd "$home" 2>/dev/null || exit 3

        # macOS has no flock(1), but perl; a lock outlives the perl that took it, being the open file's.
        command -v flock >/dev/null || flock() {
            perl -MFcntl=:flock -e '
                my $fd = pop; my %flag = ("-s", LOCK_SH, "-x", LOCK_EX, "-n", LOCK_NB); my $op = 0; $op |= $flag{$_} for @ARGV;
                open my $file, "+>>&=", $fd or die $!; exit(flock($file, $op) ? 0 : 1)' -- "$@"
        }

        # Only with server.lock in hand, so that what a dead server left behind can be told from a live one's.
        start() {
            rm -f data/postmaster.pid "$socket"/.s.PGSQL.*
            # Renamed when complete, so that a half-made data folder is never mistaken for one.
            if [ ! -d data ]; then
                rm -rf data.new
                "$bin/initdb" -D data.new "$@" >initdb.log 2>&1 || { cat initdb.log >&2; return 1; }
                mv data.new data
            fi
            printf '%s' "$settings" >settings.conf
            # The folder may lie in /tmp under a name that others can guess; chmod fails where it is theirs.
            mkdir -p "$socket"
            chmod 700 "$socket"
            [ ! -f server.log ] || mv server.log server.log.1
            # pg_ctl gives the server a session of its own, out of reach of the terminal's signals.
            "$bin/pg_ctl" start -w -D data -l server.log -o '-c config_file=settings.conf' >/dev/null ||
                { [ ! -f server.log ] || tail -n 20 server.log >&2; return 1; }
        }

        # Line 5 of postmaster.pid is the socket's folder, empty until there is one.
        look() {
            exec 7>>server.lock
            if flock -n -x 7; then start "$@" 8>&-; role=started; else role=joined; fi
            exec 7>&-
            echo "$role $(sed -n 5p data/postmaster.pid 2>/dev/null)"
        }

        finish() {
            flock -n -x 8 || return 0
            exec 7>>server.lock
            # pg_ctl returns when postmaster.pid has gone, which is a moment before the process has.
            flock -n -x 7 || { "$bin/pg_ctl" stop -D data -m fast >/dev/null 2>&1 && flock -x 7; }
            rmdir "$socket" 2>/dev/null || :
            [ "$end" = keep ] || rm -rf "$home" 2>/dev/null || :
        }

        exec 8>>holders.lock
        flock -s 8
        trap finish EXIT
        while read -r _; do look "$@"; done
        """;
}

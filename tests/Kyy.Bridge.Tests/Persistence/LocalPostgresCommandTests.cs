using System.Text;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class LocalPostgresCommandTests
{
    private static readonly LocalPostgresBinaries Binaries = new("/usr/lib/postgresql/17/bin", 17);
    private static readonly LocalPostgresOptions Options = new() { Directory = "/data" };

    [Fact]
    public void Hold_AsRoot_RunsAsTheServersAccount()
    {
        LocalPostgresCommand.Hold("/data", Binaries, Options, asRoot: true)[..5].ShouldBe(
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
        LocalPostgresCommand.Hold("/data", Binaries, Options, asRoot: false)[0].ShouldBe("sh");
    }

    [Fact]
    public void SocketFolder_ShortHome_IsTheHome() => LocalPostgresCommand.SocketFolder("/var/lib/bridge").ShouldBe("/var/lib/bridge");

    [Theory]
    [InlineData(104, "d")]
    [InlineData(50, "€")]
    [InlineData(1, ",")]
    public void SocketFolder_HomeThatNoSocketCanCarry_IsShortAndStable(int length, string letter)
    {
        var home = "/" + string.Concat(Enumerable.Repeat(letter, length));

        var folder = LocalPostgresCommand.SocketFolder(home);

        Encoding.UTF8.GetByteCount($"{folder}/.s.PGSQL.5432").ShouldBeLessThan(104);
        folder.ShouldNotContain(",");
        folder.ShouldBe(LocalPostgresCommand.SocketFolder(home));
        folder.ShouldNotBe(LocalPostgresCommand.SocketFolder(home + "x"));
    }

    [Fact]
    public void Settings_Always_ListenOnTheSocketAlone()
    {
        var lines = LocalPostgresCommand.Settings("/it's \"here\"", Options).Split('\n');

        lines.ShouldContain("listen_addresses = ''");
        lines.ShouldContain("unix_socket_directories = '\"/it''s \"\"here\"\"\"'");
        lines.ShouldContain("max_connections = '100'");
        lines.ShouldNotContain("fsync = 'off'");
    }

    [Fact]
    public void Settings_GivenOnes_GoBeforeTheDefaults()
    {
        var given = new Dictionary<string, string> { ["max_connections"] = "7", ["x"] = @"\" };
        var options = Options with { Durable = false, Settings = given };

        var lines = LocalPostgresCommand.Settings("/data", options).Split('\n');

        lines.ShouldContain("max_connections = '7'");
        lines.ShouldContain(@"x = '\\'");
        lines.ShouldContain("fsync = 'off'");
        lines.ShouldContain("synchronous_commit = 'off'");
        lines.ShouldContain("full_page_writes = 'off'");
    }
}

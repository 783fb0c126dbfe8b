using Kyy.Bridge.Configuration;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Kyy.Bridge.Tests.Configuration;

public sealed class SecretFilesTests : IDisposable
{
    private static readonly string AdminKey = new('k', 48);

    private readonly ScratchFolder _folder = new();

    public SecretFilesTests() => Directory.CreateDirectory(_folder.Path);

    [Theory]
    [InlineData("secret")]
    [InlineData("secret\n")]
    public void File_IsAValue_WithoutTheNewlineAtItsEnd(string text)
    {
        Write("Bridge__Upstream__ApiKey", text);

        Read(_folder.Path)["Bridge:Upstream:ApiKey"].ShouldBe("secret");
    }

    [Fact]
    public void FilesAsAnOrchestratorMountsThem_AreRead_AndFoldersAreNot()
    {
        var mounted = Directory.CreateDirectory(Path.Combine(_folder.Path, "..2026_11_20")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "..data"), "..2026_11_20");
        File.WriteAllText(Path.Combine(mounted, "Bridge__Auth__AdminKey"), AdminKey);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "Bridge__Auth__AdminKey"), "..data/Bridge__Auth__AdminKey");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "kubernetes.io", "serviceaccount"));
        Write(Path.Combine("kubernetes.io", "serviceaccount", "token"), "another's");

        var configuration = Read(_folder.Path);

        configuration["Bridge:Auth:AdminKey"].ShouldBe(AdminKey);
        configuration.AsEnumerable().ShouldNotContain(pair => pair.Value == "another's");
    }

    [Fact]
    public void Folder_ThatIsNotThere_IsNoneToRead() => Read(Path.Combine(_folder.Path, "none"))["Bridge:Roles"].ShouldBe("of the settings file");

    [Fact]
    public void Value_OfAFile_WinsOverTheSettingsFiles_AndGivesWayToWhatComesAfter()
    {
        Write("Bridge__Roles", "of a secret");
        Read(_folder.Path)["Bridge:Roles"].ShouldBe("of a secret");

        Read(_folder.Path, ("Bridge:Roles", "of the environment"))["Bridge:Roles"].ShouldBe("of the environment");
    }

    [Fact]
    public async Task Service_ReadsItsSecretsFromTheFolderOfCredentials()
    {
        Write("ConnectionStrings__Bridge", "Host=database\n");
        Write("Bridge__Auth__AdminKey", AdminKey);
        Write("Bridge__Upstream__MaxConcurrency", "11");
        Write("Bridge__Delivery__MaxConcurrency", "11");
        Write("Bridge__Limits__Waits", "11");

        var (exitCode, output, _) = await CheckAsync(("Bridge__Delivery__MaxConcurrency", "12"), "--Bridge:Limits:Waits=13");

        exitCode.ShouldBe(0);
        output.ShouldStartWith("Configuration is fine");
        output.ShouldMatch(@"(?m)^Bridge:Upstream:MaxConcurrency +11 ");
        output.ShouldMatch(@"(?m)^Bridge:Delivery:MaxConcurrency +12 ");
        output.ShouldMatch(@"(?m)^Bridge:Limits:Waits +13 ");
        output.ShouldNotContain(AdminKey);
        output.ShouldNotMatch(@"(?m)^(Bridge:Auth:AdminKey|ConnectionStrings:Bridge) +–");
    }

    [Fact]
    public async Task Secret_ThatCannotBeRead_StopsTheStartAndIsNamed()
    {
        // Where nobody may read a file, root may; a link to nowhere is nobody's to read.
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "Bridge__Auth__AdminKey"), "nowhere");

        var (exitCode, output, error) = await CheckAsync(("Bridge__Limits__Waits", "12"), "--Bridge:Limits:Waits=13");

        exitCode.ShouldBe(78);
        output.ShouldBeEmpty();
        error.ShouldContain(_folder.Path);
        error.ShouldContain("cannot be read");
        error.ShouldNotContain("   at ");
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.Path, name), text);

    /// <summary>With a host's own sources: a settings file, and then what stands for the environment.</summary>
    private ConfigurationManager Read(string folder, params (string Key, string Value)[] after)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "host"));
        var settings = Path.Combine(_folder.Path, "host", "appsettings.json");
        File.WriteAllText(settings, """{"Bridge":{"Roles":"of the settings file"}}""");
        var configuration = new ConfigurationManager();
        configuration.AddJsonFile(settings);
        configuration.AddInMemoryCollection(after.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        configuration.Sources.AddSecretFiles(name => name == "CREDENTIALS_DIRECTORY" ? folder : null);
        return configuration;
    }

    private Task<(int ExitCode, string Output, string Error)> CheckAsync((string Name, string Value) variable, string argument) =>
        BridgeProcess.RunAsync(
            ["config", "check", argument],
            ("ASPNETCORE_ENVIRONMENT", "Production"), (Given.RingKeyKey, Given.RingKey), ("CREDENTIALS_DIRECTORY", _folder.Path), variable);
}

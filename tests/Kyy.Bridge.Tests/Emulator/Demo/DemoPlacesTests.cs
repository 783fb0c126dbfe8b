using Kyy.Bridge.Emulator.Demo;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator.Demo;

public sealed class DemoPlacesTests : IDisposable
{
    private readonly ScratchFolder _root = new();

    public DemoPlacesTests()
    {
        Directory.CreateDirectory(Program);
        Directory.CreateDirectory(Path.GetDirectoryName(Service)!);
        File.WriteAllText(Path.Combine(_root.Path, "Kyy.Bridge.sln"), "");
        File.WriteAllText(Service, "");
    }

    private string Program => Path.Combine(_root.Path, "src", "Kyy.Bridge.Emulator", "bin", "Lean", "Release", "net10.0");

    private string Service => Path.Combine(_root.Path, "src", "Kyy.Bridge", "bin", "Lean", "Release", "net10.0", "Kyy.Bridge.dll");

    [Fact]
    public void Find_TakesTheServiceOfTheSameBuild_AndKeepsToTheRepository()
    {
        var places = DemoPlaces.Find(Program + "/", _ => null, null, null);

        places.BridgeDll.ShouldBe(Service);
        places.LogFile.ShouldBe(Path.Combine(_root.Path, "artifacts", "demo", "bridge.log"));
        places.DatabaseFolder.ShouldBe(Path.Combine(_root.Path, ".data", "demo"));
    }

    [Fact]
    public void Find_WithAFolderForTheDatabase_TakesThat() =>
        DemoPlaces.Find(Program, name => name == "Bridge__Database__LocalDirectory" ? "/var/lib/demo" : null, null, null)
            .DatabaseFolder.ShouldBe("/var/lib/demo");

    [Fact]
    public void Find_WithAConnectionString_NeedsNoFolder() =>
        DemoPlaces.Find(Program, name => name == "ConnectionStrings__Bridge" ? "Host=db" : null, null, null).DatabaseFolder.ShouldBeNull();

    [Fact]
    public void Find_WithoutTheService_SaysWhereItLooked()
    {
        File.Delete(Service);

        Should.Throw<DemoException>(() => DemoPlaces.Find(Program, _ => null, null, null)).Message.ShouldContain(Service);
    }

    [Fact]
    public void Lock_TakenByAnotherDemo_IsRefusedUntilThatHasEnded()
    {
        var folder = Path.Combine(_root.Path, ".data", "demo");
        using (DatabaseLock.Take(folder)) Should.Throw<DemoException>(() => DatabaseLock.Take(folder)).Message.ShouldContain(folder);

        DatabaseLock.Take(folder).Dispose();
    }

    public void Dispose() => _root.Dispose();
}

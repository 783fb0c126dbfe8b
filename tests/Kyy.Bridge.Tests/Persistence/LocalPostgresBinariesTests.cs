using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class LocalPostgresBinariesTests
{
    private static readonly LocalPostgresBinaries[] Found = [new("/a", 15), new("/b", 17), new("/c", 9), new("/d", 16)];

    [Theory]
    [InlineData("postgres (PostgreSQL) 17.5 (Debian 17.5-1.pgdg120+1)", 17)]
    [InlineData("postgres (PostgreSQL) 14.18", 14)]
    [InlineData("postgres (PostgreSQL) 18beta1", 18)]
    [InlineData("", null)]
    public void ReadMajor_AnswerOfTheServer_IsItsMajorVersion(string answer, int? major) =>
        LocalPostgresBinaries.ReadMajor(answer).ShouldBe(major);

    [Fact]
    public void Choose_NoDataYet_TakesTheNewest() => LocalPostgresBinaries.Choose(Found, null)!.Folder.ShouldBe("/b");

    [Fact]
    public void Choose_DataOfAnOlderVersion_TakesThatVersion() => LocalPostgresBinaries.Choose(Found, 15)!.Folder.ShouldBe("/a");

    [Fact]
    public void Choose_OnlyVersionsThatAreTooOld_TakesNone() => LocalPostgresBinaries.Choose([new("/c", 13)], null).ShouldBeNull();

    [Fact]
    public async Task Find_NoBinariesAnywhere_SaysWhatToInstall()
    {
        var failure = await Should.ThrowAsync<LocalPostgresException>(() => FindAsync(["/nowhere", "/"], null));

        failure.Message.ShouldContain("apt-get install postgresql");
        failure.Message.ShouldContain("dnf install postgresql-server");
        failure.Message.ShouldContain("brew install postgresql");
        failure.Message.ShouldContain("ConnectionStrings__Bridge");
    }

    [Fact]
    public async Task Find_DataOfAVersionThatIsNotInstalled_NamesTheVersion()
    {
        var failure = await Should.ThrowAsync<LocalPostgresException>(() => FindAsync([], 16));

        failure.Message.ShouldContain("PostgreSQL 16");
    }

    private static Task<LocalPostgresBinaries> FindAsync(string[] folders, int? dataMajor) =>
        LocalPostgresBinaries.FindAsync(folders, dataMajor, TestContext.Current.CancellationToken);
}

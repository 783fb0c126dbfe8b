using System.Text.Json;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class ResultBodyTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Upstream", "Fixtures");

    public static TheoryData<string> Fixtures => [.. Manifest().Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task Answer_IsTheFixture_MemberForMember(string file)
    {
        using var fixture = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken));
        var task = TaskOf(file, fixture.RootElement);
        await using var emulator = await EmulatorFixture.StartAsync(time: new ManualTime(task.CreatedAt));
        emulator.Server.Tasks.Create(task);

        using var response = await emulator.PollAsync(task.Id!);

        response.Content.Headers.ContentType!.ToString().ShouldBe("application/json");
        using var answer = await EmulatorFixture.ReadJsonAsync(response);
        MembersOf(answer).ShouldBe(MembersOf(fixture));
    }

    [Fact]
    public void Manifest_NamesEveryFamilyInEveryStatusItDocuments()
    {
        var expected = EmulatedFamily.All.SelectMany(
            family => Enum.GetValues<EmulatedStatus>().Where(status => status != EmulatedStatus.Cancelled || family.CanBeCancelled),
            (family, status) => $"{family.Name}.{status.Word()}.json");

        Manifest().Select(entry => entry.Name).ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public async Task Answer_GivesTheIdBackUnescaped()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var task = emulator.Server.Tasks.Create(new() { Family = EmulatedFamily.Veo, Id = "a/b ü'%2F" });

        var body = await emulator.Client.GetStringAsync(emulator.UrlOf(task.Id), TestContext.Current.CancellationToken);

        body.ShouldContain("\"id\":\"a/b ü'%2F\"");
    }

    private static NewTask TaskOf(string file, JsonElement fixture) => new()
    {
        Family = EmulatedFamily.All.Single(family => family.Name == file.Split('.')[0]),
        Id = fixture.GetProperty("id").GetString(),
        Model = fixture.GetProperty("model").GetString(),
        CreatedAt = DateTimeOffset.FromUnixTimeSeconds(fixture.GetProperty("created").GetInt64()),
        Statuses = [Enum.Parse<EmulatedStatus>(fixture.GetProperty("status").GetString()!, ignoreCase: true)],
    };

    private static List<JsonProperty> Manifest()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "MANIFEST.json")));
        return [.. manifest.RootElement.Clone().EnumerateObject()];
    }

    /// <summary>Names, order, and values as they are written: <c>5</c> is not <c>5.0</c>, and null is not absent.</summary>
    private static List<string> MembersOf(JsonDocument json) =>
        [.. json.RootElement.EnumerateObject().Select(member => $"{member.Name}: {member.Value.GetRawText()}")];
}

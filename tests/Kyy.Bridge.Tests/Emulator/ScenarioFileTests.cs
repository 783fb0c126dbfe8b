using System.Text;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class ScenarioFileTests
{
    public static TheoryData<string> Examples =>
        [.. Directory.GetFiles(Repository.PathOf("src/Kyy.Bridge.Emulator/scenarios"), "*.json").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_IsPlayed(string file)
    {
        var scenario = ScenarioFile.Load(Repository.PathOf($"src/Kyy.Bridge.Emulator/scenarios/{file}"));
        await using var emulator = await EmulatorFixture.StartAsync();

        var tasks = emulator.Server.Play(scenario);

        scenario.Description.ShouldNotBeNullOrEmpty();
        tasks.Count.ShouldBe(scenario.Tasks.Sum(group => group.Count));
        emulator.Server.Faults.Active.Select(active => active.Rule).ShouldBe(scenario.Faults);
        (scenario.Limits is not null || scenario.Faults.Length > 0).ShouldBeTrue();
    }

    [Fact]
    public async Task Outage_BeginsAndEndsWhenItSays_AndAllTasksEndMeanwhile()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var task = emulator.Server.Play(Example("outage"))[0].Id;

        (await emulator.StatusOfAsync(task)).ShouldBe("queued");
        emulator.Time.Advance(TimeSpan.FromMinutes(2));
        (await emulator.StatusOfAsync(task)).ShouldBe("503");
        emulator.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        (await emulator.StatusOfAsync(task)).ShouldBe("503");
        emulator.Time.Advance(TimeSpan.FromTicks(1));
        (await emulator.StatusOfAsync(task)).ShouldBe("completed");
    }

    [Fact]
    public async Task RateLimited_RefusesTheThirdOfASecond()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var tasks = emulator.Server.Play(Example("rate-limited"));

        (await emulator.StatusOfAsync(tasks[0].Id)).ShouldBe("queued");
        (await emulator.StatusOfAsync(tasks[1].Id)).ShouldBe("queued");
        using var third = await emulator.PollAsync(tasks[2].Id);

        third.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Hostile_EndsEveryTaskAllTheSame()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var tasks = emulator.Server.Play(Example("hostile"));

        (await emulator.StatusOfAsync("video_lateRecord")).ShouldBe("404");
        emulator.Time.Advance(TimeSpan.FromMinutes(30));

        foreach (var task in tasks) await EndAsync(emulator, task.Id);
    }

    [Fact]
    public async Task KeyTrouble_RefusesOneTaskAlways_AndTheKeyForAWhile()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var tasks = emulator.Server.Play(Example("key-trouble"));

        (await emulator.StatusOfAsync("vgen_notYours")).ShouldBe("403");
        for (var i = 1; i < 10; i++) (await emulator.StatusOfAsync(tasks[i].Id)).ShouldBe("queued");
        (await emulator.StatusOfAsync(tasks[10].Id)).ShouldBe("401");
        emulator.Time.Advance(TimeSpan.FromMinutes(5));
        (await emulator.StatusOfAsync(tasks[10].Id)).ShouldNotBe("401");
    }

    [Theory]
    [InlineData("""{"task":[]}""", "$.task: there is no such member.")]
    [InlineData("""{"tasks":[{"count":2,"task":{"family":"veo","id":"a"}}]}""", "'count'")]
    [InlineData("""{"tasks":[{"task":{"family":"veo","typo":1}}]}""", "$.tasks[0].task.typo: there is no such member.")]
    [InlineData("""{"faults":[{"does":{"fault":"status","code":500}},{"does":{"fault":"status","kode":500}}]}""", "$.faults[1].does")]
    [InlineData("""{"faults":[{"every":0,"does":{"fault":"reset"}}]}""", "'every'")]
    [InlineData("""{"limits":{"per_key":{"requests":0}}}""", "'requests'")]
    [InlineData("""{"limits":{},"limits":{}}""", "limits")]
    [InlineData("""{"tasks":[],}""", "trailing comma")]
    [InlineData("null", "null")]
    public void WhatIsWrong_IsNamedWithItsPlace(string json, string reason) =>
        Should.Throw<ArgumentException>(() => ScenarioFile.Parse(Encoding.UTF8.GetBytes(json))).Message.ShouldContain(reason);

    [Fact]
    public void AFileThatIsNotThere_IsNamed() =>
        Should.Throw<ArgumentException>(() => ScenarioFile.Load("/no/such.json")).Message.ShouldStartWith("/no/such.json: ");

    private static ScenarioFile Example(string name) => ScenarioFile.Load(Repository.PathOf($"src/Kyy.Bridge.Emulator/scenarios/{name}.json"));

    /// <summary>Asks until the task's own end is heard, through whatever else is answered; each poll has another chance.</summary>
    private static async Task EndAsync(EmulatorFixture emulator, string id)
    {
        for (var poll = 1; poll <= 60; poll++)
        {
            try
            {
                using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
                hangUp.CancelAfter(TimeSpan.FromMilliseconds(300));
                using var answer = await emulator.Client.GetAsync(emulator.UrlOf(id), HttpCompletionOption.ResponseHeadersRead, hangUp.Token);
                if (answer.Content.Headers.ContentLength is null) continue;
                var text = await answer.Content.ReadAsStringAsync(hangUp.Token);
                if (text.Contains("\"completed\"") || text.Contains("\"failed\"") || text.Contains("\"cancelled\"")) return;
            }
            catch (Exception hostile) when (hostile is HttpRequestException or OperationCanceledException)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            }
        }

        Assert.Fail($"{id} has not ended");
    }
}

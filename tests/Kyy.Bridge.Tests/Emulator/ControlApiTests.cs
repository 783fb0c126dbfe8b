using System.Net;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class ControlApiTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreatedTask_IsAnsweredFor()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        using var created = await PostAsync(emulator, "/control/tasks", """
            {"family":"seedance15","id":"a/1","model":"seedance_1_5_pro_1080p","tier":"flex","ending":"cancelled",
             "queued_for":"00:00:30","processing_for":"00:01:00"}
            """);

        created.RootElement.GetRawText().ShouldBe("""{"ids":["a/1"]}""");
        (await emulator.StatusOfAsync("a/1")).ShouldBe("queued");
        emulator.Time.Advance(TimeSpan.FromSeconds(90));
        (await emulator.StatusOfAsync("a/1")).ShouldBe("cancelled");
    }

    [Fact]
    public async Task CreatedTask_TellsItsStatusAndPolls_WithoutCountingAsOne()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        using var created = await PostAsync(emulator, "/control/tasks", """{"family":"veo","id":"a/1","statuses":["processing","completed"]}""");
        await emulator.StatusOfAsync("a/1");

        using var task = await GetAsync(emulator, "/control/tasks/a%2F1");

        task.RootElement.GetProperty("family").GetString().ShouldBe("veo");
        task.RootElement.GetProperty("status").GetString().ShouldBe("processing");
        var poll = task.RootElement.GetProperty("polls").EnumerateArray().ShouldHaveSingleItem();
        poll.GetProperty("status_code").GetInt32().ShouldBe(200);
        poll.GetProperty("gap").ValueKind.ShouldBe(JsonValueKind.Null);
        poll.GetProperty("violations").GetString().ShouldBe("none");
        emulator.Server.Report().Polls.ShouldBe(1);
    }

    [Fact]
    public async Task Count_CreatesManyAlike()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        using var created = await PostAsync(emulator, "/control/tasks?count=1000", """{"family":"videos"}""");

        var ids = created.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetString()).ToList();
        ids.Distinct().Count().ShouldBe(1000);
        emulator.Server.Report().Tasks.ShouldBe(1000);
    }

    [Theory]
    [InlineData("""{"family":"sora"}""")]
    [InlineData("""{"id":"x"}""")]
    [InlineData("""{"family":"veo","ending":"cancelled"}""")]
    [InlineData("""{"family":"veo","ending":"processing"}""")]
    [InlineData("""{"family":"veo","statuses":[]}""")]
    [InlineData("""{"family":"veo","queuedfor":"00:00:10"}""")]
    [InlineData("null")]
    [InlineData("")]
    public async Task WhatCannotBeEmulated_IsRefusedWithAReason(string body)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        using var content = new StringContent(body);

        using var response = await emulator.Client.PostAsync("/control/tasks", content, Cancelled);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var reason = await EmulatorFixture.ReadJsonAsync(response);
        reason.RootElement.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        emulator.Server.Report().Tasks.ShouldBe(0);
    }

    [Fact]
    public async Task Report_NamesEveryKindOfViolation()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(new() { Family = EmulatedFamily.Veo, Id = "v", QueuedFor = TimeSpan.FromHours(1) });
        await emulator.StatusOfAsync("v");
        emulator.Time.Advance(TimeSpan.FromSeconds(12));
        await emulator.StatusOfAsync("v");

        using var report = await GetAsync(emulator, "/control/report");

        report.RootElement.GetProperty("violations").GetRawText()
            .ShouldBe("""
                {"wrong_key":0,"body_on_get":0,"badly_encoded":0,"too_early":1,"after_end":0,"too_parallel":0,"during_retry_after":0,"no_accept":0}
                """);
        report.RootElement.GetProperty("answers").GetRawText().ShouldBe("""{"200":2}""");
        report.RootElement.GetProperty("smallest_gap").GetString().ShouldBe("00:00:12");
        report.RootElement.GetProperty("examples")[0].GetProperty("id").GetString().ShouldBe("v");
    }

    private static async Task<JsonDocument> PostAsync(EmulatorFixture emulator, string url, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await emulator.Client.PostAsync(url, content, Cancelled);
        return await EmulatorFixture.ReadJsonAsync(response);
    }

    private static async Task<JsonDocument> GetAsync(EmulatorFixture emulator, string url)
    {
        using var response = await emulator.Client.GetAsync(url, Cancelled);
        return await EmulatorFixture.ReadJsonAsync(response);
    }
}

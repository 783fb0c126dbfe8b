using System.Net;
using System.Text;
using Kyy.Bridge.Emulator.Upstream.Faults;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class FaultControlTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Faults_ArePut_Added_Listed_AndTakenAway()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        await DoAsync(emulator, HttpMethod.Put, "faults", """[{"id":"a*","name":"one","does":{"fault":"status","code":500}}]""");
        await DoAsync(emulator, HttpMethod.Post, "faults", """{"does":{"retry_after":"7","fault":"throttle"},"name":"two"}""");

        (await emulator.StatusOfAsync("ab")).ShouldBe("500");
        (await emulator.StatusOfAsync("b")).ShouldBe("429");
        (await SendAsync(emulator, HttpMethod.Get, "faults")).Body.ShouldSatisfyAllConditions(
            body => body.ShouldStartWith("""[{"rule":{"does":{"fault":"status","code":500,"""),
            body => body.ShouldContain("\"name\":\"one\""),
            body => body.ShouldContain("\"matches\":1"));
        await DoAsync(emulator, HttpMethod.Delete, "faults/one");
        (await SendAsync(emulator, HttpMethod.Delete, "faults/one")).Code.ShouldBe(404);
        (await emulator.StatusOfAsync("ab")).ShouldBe("429");
        (await SendAsync(emulator, HttpMethod.Delete, "faults")).Code.ShouldBe(200);
        (await emulator.StatusOfAsync("ab")).ShouldBe("404");
    }

    [Theory]
    [InlineData("""{"does":{"fault":"trottle"}}""", "trottle")]
    [InlineData("""{"does":{"retry_after":"7"}}""", "'fault'")]
    [InlineData("""{"does":{"fault":"throttle","retryafter":"7"}}""", "$.does.retryafter: there is no such member.")]
    [InlineData("""{"does":{"fault":"throttle"},"idd":"x"}""", "$.idd: there is no such member.")]
    [InlineData("""{"does":{"fault":"throttle"},"id":""}""", "'id'")]
    [InlineData("""{"does":{"fault":"throttle"},"every":0}""", "'every'")]
    [InlineData("""{"does":{"fault":"throttle"},"from_poll":3,"to_poll":2}""", "'to_poll'")]
    [InlineData("""{"does":{"fault":"throttle"},"probability":1.5}""", "'probability'")]
    [InlineData("""{"does":{"fault":"throttle"},"for":"00:00:00"}""", "'for'")]
    [InlineData("""{"does":{"fault":"throttle","retry_after":"7","retry_after_date":"00:00:07"}}""", "one form")]
    [InlineData("""{"does":{"fault":"status"}}""", "code")]
    [InlineData("""{"does":{"fault":"status","code":99}}""", "'code'")]
    [InlineData("""{"does":{"fault":"video_url"}}""", "'video_url' needs either 'value' or 'missing'.")]
    [InlineData("""{"does":{"fault":"reset","at":"accept"},"id":"a"}""", "no id and no poll")]
    [InlineData("""{"does":{"fault":"statuses","values":[]}}""", "'statuses'")]
    [InlineData("""{"does":{"fault":"odd_json","kind":"odd"}}""", "kind")]
    [InlineData("""{"family":"sora","does":{"fault":"reset"}}""", "'family' is one of")]
    [InlineData("", "JSON")]
    public async Task WhatCannotBeDone_IsRefusedWithAReason_AndChangesNothing(string rule, string reason)
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var (code, body) = await SendAsync(emulator, HttpMethod.Post, "faults", rule);

        code.ShouldBe((int)HttpStatusCode.BadRequest);
        body.ShouldContain(reason);
        body.ShouldNotContain("Kyy.Bridge.Emulator.Upstream.Faults.F", Case.Sensitive);
        emulator.Server.Faults.Active.ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_WithOneWrongRule_LeavesThoseThatThereWere()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Faults.Add(new FaultRule { Does = new NoRouteFault() });

        var (code, _) = await SendAsync(
            emulator, HttpMethod.Put, "faults", """[{"does":{"fault":"reset"}},{"does":{"fault":"status","code":1}}]""");

        code.ShouldBe(400);

        emulator.Server.Faults.Active.ShouldHaveSingleItem().Rule.Does.ShouldBeOfType<NoRouteFault>();
    }

    [Fact]
    public async Task Every_fault_that_is_listed_can_be_read_again()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Faults.Replace([.. Hostile.Misbehaviours.All.SelectMany(entry => entry.Rules).Where(rule => !rule.Does.AtAccept)]);
        var listed = (await SendAsync(emulator, HttpMethod.Get, "faults")).Body;
        using var rules = System.Text.Json.JsonDocument.Parse(listed);

        var again = $"[{string.Join(',', rules.RootElement.EnumerateArray().Select(active => active.GetProperty("rule").GetRawText()))}]";

        await DoAsync(emulator, HttpMethod.Put, "faults", again);
        (await SendAsync(emulator, HttpMethod.Get, "faults")).Body.ShouldBe(listed);
    }

    [Fact]
    public async Task Limits_ArePut_Shown_AndTakenAway()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        await DoAsync(emulator, HttpMethod.Put, "limits", """{"per_key":{"requests":1,"window":"00:00:10","retry_after":"auto"}}""");

        (await emulator.StatusOfAsync("a")).ShouldBe("404");
        (await emulator.StatusOfAsync("b")).ShouldBe("429");
        (await SendAsync(emulator, HttpMethod.Get, "limits")).Body.ShouldBe(
            """{"per_key":{"requests":1,"window":"00:00:10","retry_after":"auto","counts_refused":false},"per_address":null,"early_polls":null}""");
        (await SendAsync(emulator, HttpMethod.Put, "limits", """{"per_key":{"requests":0}}""")).Code.ShouldBe(400);
        (await SendAsync(emulator, HttpMethod.Delete, "limits")).Code.ShouldBe(200);
        (await emulator.StatusOfAsync("c")).ShouldBe("404");
    }

    [Fact]
    public async Task Gaps_AreListedForEachIdThatWasAskedFor()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.StatusOfAsync("a");
        emulator.Time.Advance(TimeSpan.FromSeconds(40));
        await emulator.StatusOfAsync("a");
        emulator.Time.Advance(TimeSpan.FromSeconds(30));
        await emulator.StatusOfAsync("a");

        (await SendAsync(emulator, HttpMethod.Get, "gaps")).Body
            .ShouldBe("""[{"id":"a","polls":3,"smallest":"00:00:30","largest":"00:00:40"}]""");
    }

    private static async Task DoAsync(EmulatorFixture emulator, HttpMethod method, string path, string? body = null) =>
        (await SendAsync(emulator, method, path, body)).ShouldBe((204, ""));

    private static async Task<(int Code, string Body)> SendAsync(
        EmulatorFixture emulator, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/control/{path}");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await emulator.Client.SendAsync(request, Cancelled);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }
}

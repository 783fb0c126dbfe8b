using System.Net;
using System.Text;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Keys.UpstreamKeys;

/// <summary>A key that is set is nowhere to be seen afterwards.</summary>
public sealed class UpstreamKeySecrecyTests(PostgresServer server)
{
    private const string Canary = "sk-canary-that-nobody-may-see-7777", BadCanary = "sk-canary that is refused", Path = KeyOwner.Path;

    private static string[] Categories =>
    [
        "Default", "Override:Microsoft.AspNetCore", "Override:Microsoft.EntityFrameworkCore",
        "Override:Microsoft.EntityFrameworkCore.Database.Command",
    ];

    [Fact]
    public async Task Value_IsInNoAnswerNoLineAndNoTable()
    {
        await using var bridge = await BridgeApplication.StartAsync(
            server, null, [.. Categories.Select(category => ($"Serilog:MinimumLevel:{category}", "Verbose"))]);
        var owner = await KeyOwner.CreateAsync(bridge);
        var answers = new StringBuilder();

        foreach (var asked in new Func<Task<TestAnswer>>[]
        {
            () => owner.PutAsync("main", new { key = Canary }),
            () => owner.PutAsync("main", new { key = Canary }),
            () => owner.PutAsync("bad", new { key = BadCanary, base_url = "nowhere" }),
            () => owner.Caller.GetAsync($"{Path}/main"),
            () => owner.Caller.GetAsync(Path),
            () => bridge.AsAdmin().GetAsync(Path),
            () => owner.Caller.PostAsync("/v1/tasks", new { task_id = "video_1", upstream_key = "main" }),
            () => owner.Caller.DeleteAsync($"{Path}/main"),
        })
        {
            using var answer = await asked();
            answers.Append(answer.Body);
        }

        var stored = await bridge.Database.ScalarAsync<string>("""
            select string_agg(row, ' ') from (
                select k::text || coalesce(encode(k.ciphertext, 'escape'), '') as row from bridge.upstream_keys k
                union all select b::text || encode(b.fingerprint, 'escape') from bridge.upstream_budgets b
                union all select convert_from(payload, 'UTF8') from bridge.events) everything
            """);
        var log = string.Concat(bridge.Log.Lines);
        log.ShouldContain("/v1/upstream-keys/main");
        log.ShouldContain("Microsoft.EntityFrameworkCore.Database.Command");
        foreach (var text in (string[])[answers.ToString(), stored, log])
        {
            text.ShouldNotBeEmpty();
            text.ShouldNotContain("sk-canary");
        }
    }

    [Theory]
    [InlineData("update bridge.upstream_keys set base_url = 'nowhere' where id = $1")]
    [InlineData("update bridge.upstream_keys set base_url = 'http://127.0.0.1:9/elsewhere' where id = $1")]
    [InlineData("update bridge.upstream_keys set ciphertext = (select ciphertext from bridge.upstream_keys where name = 'other') where id = $1")]
    public async Task Row_ThatWasTamperedWith_CannotBeReadBack(string tampering)
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var owner = await KeyOwner.CreateAsync(bridge);
        await owner.SetAsync("main", Canary);
        await owner.SetAsync("other", "sk-other-0123456789");
        var id = await owner.IdOfAsync("main");

        (await bridge.Database.ExecuteAsync(tampering, id)).ShouldBe(1);

        var ring = bridge.Services.Ring();
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        ring.Find(id).ShouldBeNull();
        using var set = await owner.PutAsync("main", new { key = Canary });
        set.Status.ShouldBe(HttpStatusCode.OK, set.Body);
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        ring.Find(id)!.Target.Key.Reveal().ShouldBe(Canary);
    }
}

using System.Text;
using System.Text.Json;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Endpoints;

/// <summary>Secrets and the values of headers reach their receiver, and are nowhere else to be seen.</summary>
public sealed class EndpointSecrecyTests(PostgresServer server)
{
    private const string Canary = "canary-that-nobody-may-see", Path = EndpointOwner.Path;

    private static string[] Categories =>
    [
        "Default", "Override:Microsoft.AspNetCore", "Override:Microsoft.EntityFrameworkCore",
        "Override:Microsoft.EntityFrameworkCore.Database.Command",
    ];

    [Fact]
    public async Task Values_arrive_and_are_in_no_answer_no_line_and_no_table()
    {
        await using var bridge = await BridgeApplication.StartAsync(
            server, null, [.. Categories.Select(category => ($"Serilog:MinimumLevel:{category}", "Verbose"))]);
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        var owner = await EndpointOwner.CreateAsync(bridge);
        var secret = "whsec_" + Convert.ToBase64String(Encoding.ASCII.GetBytes(Canary));
        var answers = new StringBuilder();
        var headers = new Dictionary<string, string>
        {
            ["X-Tenant"] = Canary,
            ["authorization"] = $"Bearer {Canary}",
            ["Expires"] = Canary,
        };
        var made = await owner.MakeAsync(new
        {
            url = receiver.Hook().AbsoluteUri,
            secret,
            headers,
        });

        foreach (var asked in new Func<Task<TestAnswer>>[]
        {
            () => owner.PostAsync(
                new { url = "no", secret = secret + Canary, headers = new Dictionary<string, string> { ["X-A"] = Canary + "\n" } }),
            () => owner.Caller.GetAsync($"{Path}/{made.Id}"),
            () => owner.Caller.GetAsync(Path),
            () => bridge.AsAdmin().GetAsync(Path),
            () => owner.PatchAsync(made.Id, JsonSerializer.Serialize(new { headers })),
            () => owner.Caller.PostAsync($"{Path}/{made.Id}/test", new { }),
            () => owner.Caller.PostAsync($"{Path}/{made.Id}/disable", new { }),
            () => owner.Caller.PostAsync($"{Path}/{made.Id}/enable", new { }),
        })
        {
            using var answer = await asked();
            answers.Append(answer.Body);
        }

        var webhook = receiver.Webhooks.ShouldHaveSingleItem();
        (webhook.Headers["X-Tenant"], webhook.Headers["Authorization"], webhook.Headers["Expires"])
            .ShouldBe((Canary, $"Bearer {Canary}", Canary));
        var stored = await bridge.Database.ScalarAsync<string>("""
            select string_agg(row, ' ') from (
                select e::text || encode(e.headers, 'escape') as row from bridge.endpoints e
                union all select s::text || encode(s.ciphertext, 'escape') from bridge.endpoint_secrets s
                union all select k::text || coalesce(encode(k.body, 'escape'), '') from bridge.idempotency_keys k) everything
            """);
        var log = string.Concat(bridge.Log.Lines);
        log.ShouldContain("Microsoft.EntityFrameworkCore.Database.Command");
        foreach (var text in (string[])[answers.ToString(), stored, log])
        {
            text.Length.ShouldBeGreaterThan(100);
            text.ShouldNotContain(Canary);
            text.ShouldNotContain(secret["whsec_".Length..]);
        }
    }
}

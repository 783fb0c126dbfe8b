using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Tests.Http.Contract;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Interop;

/// <summary>
/// Webhooks of a real bridge verify before, during and after a rotation of their secret, and never when they were tampered with. With
/// <c>deploy/dev interop</c> the judges are the public packages.
/// </summary>
public sealed class RotationTests(PostgresServer server)
{
    private const string Callbacks = "/v1/signing-secret";

    [Fact]
    [Trait(Soak.Trait, "interop")]
    public async Task Webhooks_verify_before_during_and_after_a_rotation()
    {
        await using var judge = await WebhookJudge.StartAsync();
        await using var world = await ContractWorld.StartAsync(server, ("Bridge:Roles", "api,worker"));
        Soak.Say($"Verified by {string.Join(" and ", judge.Judges)}");

        await FollowAsync(world, judge, Callbacks, name => judge.Hook(name).AbsoluteUri);
        await FollowAsync(world, judge, await EndpointAsync(world, judge), _ => null);
    }

    /// <summary>Makes an endpoint, and says the path of its secret.</summary>
    private static async Task<string> EndpointAsync(ContractWorld world, WebhookJudge judge)
    {
        using var made = await world.Caller.PostAsync("/v1/endpoints", new { url = judge.Hook("endpoint").AbsoluteUri });
        return $"/v1/endpoints/{Resources.IdIn(made)}/secret";
    }

    private static async Task FollowAsync(ContractWorld world, WebhookJudge judge, string path, Func<string, string?> callbackOf)
    {
        var first = await SecretAsync(world, path);
        await DeliverAsync(world, judge, callbackOf);
        await ShouldBeAcceptedAsync(judge, accepted: [first], refused: []);

        var second = await RotateAsync(world, path, overlapSeconds: 3_600);
        await DeliverAsync(world, judge, callbackOf);
        await ShouldBeAcceptedAsync(judge, accepted: [first, second], refused: []);

        // An overlap of nothing ends the earlier ones too.
        var third = await RotateAsync(world, path, overlapSeconds: 0);
        await DeliverAsync(world, judge, callbackOf);
        await ShouldBeAcceptedAsync(judge, accepted: [third], refused: [first, second]);
    }

    private static async Task<string> SecretAsync(ContractWorld world, string path)
    {
        using var answer = await world.Caller.GetAsync(path);
        return JsonElement.Parse(answer.Body).GetProperty("secret").GetString()!;
    }

    private static async Task<string> RotateAsync(ContractWorld world, string path, int overlapSeconds)
    {
        using var answer = await world.Caller.PostAsync($"{path}/rotate", new { overlap_seconds = overlapSeconds });
        answer.Status.ShouldBe(System.Net.HttpStatusCode.OK, answer.Body);
        return JsonElement.Parse(answer.Body).GetProperty("secret").GetString()!;
    }

    /// <summary>Ends a task and waits until its webhook is there.</summary>
    private static async Task DeliverAsync(ContractWorld world, WebhookJudge judge, Func<string, string?> callbackOf)
    {
        var name = world.NewName();
        var before = (await judge.JudgeAsync(WebhookSecret.Create().Reveal())).Count;
        var task = await Resources.TaskAsync(world.Bridge, world.Client, name, callbackOf(name));
        await Resources.EndAsync(world.Bridge, task.Id, TaskStatuses.Completed);
        await Wait.UntilAsync(async () => (await judge.JudgeAsync(WebhookSecret.Create().Reveal())).Count > before, "the webhook has come");
    }

    private static async Task ShouldBeAcceptedAsync(WebhookJudge judge, string[] accepted, string[] refused)
    {
        foreach (var secret in accepted.Concat(refused))
        {
            var verdicts = (await judge.JudgeAsync(secret))[^1].Verdicts;
            verdicts.Select(verdict => verdict.By).ShouldBe(judge.Judges);
            verdicts.ShouldAllBe(verdict => verdict.Accepted == accepted.Contains(secret));
            verdicts.ShouldAllBe(verdict => !verdict.AcceptedTampered && !verdict.AcceptedRedated);
        }
    }
}

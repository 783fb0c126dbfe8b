using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Outcomes;

/// <summary>What cannot be stored as it came delays no other row of its batch.</summary>
public sealed class PoisonedRowTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upstream_error_and_a_receiver_s_answer_with_NUL_delay_nobody()
    {
        await using var world = await World.StartAsync(server);
        world.Receiver.Answer = _ => new RawAnswer(200, "text/plain", "thanks\0!"u8.ToArray());
        var tasks = Enumerable.Range(0, 20).Select(_ => world.Upstream.Tasks.Create(new NewTask
        {
            Family = EmulatedFamily.Veo,
            Statuses = [EmulatedStatus.Failed],
        })).ToArray();
        world.Upstream.Answer(tasks[7].Id, _ => RawAnswer.Json(200, $$"""
            {"id":"{{tasks[7].Id}}","object":"video","created":1761635478,"model":"veo_3_1_fast","status":"failed","video_url":null,
             "error":"no\u0000thing \ud800 left"}
            """) with { EndsTask = true });

        await world.Client.RegisterBatchAsync(
            [.. tasks.Select(task => new TaskRegistration { TaskId = task.Id, CallbackUrl = world.Receiver.Hook().AbsoluteUri })], cancellationToken: Cancellation);
        var received = await world.Receiver.WaitForAsync(_ => true, tasks.Length, World.Patience);

        received.ShouldAllBe(webhook => webhook.Verification == WebhookVerification.Verified);
        received.Select(webhook => webhook.WebhookId).Distinct().Count().ShouldBe(tasks.Length);
        var poisoned = received.Select(webhook => WebhookEvent.Read(webhook.Body.Span).ReadTask()!).Single(task => task.TaskId == tasks[7].Id);
        poisoned.Error!.Message.ShouldBe("no thing \ufffd left");
        await Wait.UntilAsync(async () => await CountAsync(world, "select count(*) from bridge.deliveries where state = 'delivered'") == tasks.Length, "all are settled");
        (await CountAsync(world, "select count(*) from bridge.delivery_attempts where response_body = 'thanks\\000!'::bytea")).ShouldBe(tasks.Length);
        tasks.ShouldAllBe(task => world.Upstream.PollsOf(task.Id).Count == 1);
    }

    [Fact]
    public async Task An_outcome_that_PostgreSQL_refuses_is_stored_without_its_texts_and_the_others_as_they_are()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        var tasks = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => client.RegisterAsync(new() { TaskId = $"video_{i}" }, cancellationToken: Cancellation)));
        var recorder = bridge.Services.GetRequiredService<OutcomeRecorder>();

        // Past the edge that cleans texts: a text that no column takes.
        await Task.WhenAll(tasks.Select((task, i) => recorder.RecordAsync(
            Make.Outcome(task.Id, TaskStatuses.Failed) with { Error = new(TaskErrorCodes.UpstreamFailed, i == 4 ? "a\0b" : "reason") })));

        var ended = await Task.WhenAll(tasks.Select(task => client.GetTaskAsync(task.Id, cancellationToken: Cancellation)));
        ended.ShouldAllBe(task => task.Status == TaskStatuses.Failed && task.Error!.Code == TaskErrorCodes.UpstreamFailed);
        ended.Select(task => task.Error!.Message).ShouldBe(["reason", "reason", "reason", "reason", null, "reason", "reason", "reason", "reason"]);
    }

    private static async Task<long> CountAsync(World world, string sql)
    {
        await using var command = world.Bridge.Database.DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}

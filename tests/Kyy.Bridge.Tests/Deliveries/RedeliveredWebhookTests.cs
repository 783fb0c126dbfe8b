using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>What a receiver sees of a redelivery: the same event again, to the byte.</summary>
public sealed class RedeliveredWebhookTests(PostgresServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_has_the_same_id_and_body_and_a_valid_signature_one_by_one_and_as_a_replay()
    {
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        await using var bridge = await BridgeApplication.StartAsync(
            server, null, ("Bridge:Roles", "api,worker"), ("Bridge:Delivery:RetrySchedule", "50ms"));
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        receiver.Secrets = [WebhookSecret.Parse((await client.GetSigningSecretAsync(Cancellation)).Secret)];
        receiver.Answer = _ => new RawAnswer(500, "text/plain", "not today"u8.ToArray());
        var task = await client.RegisterAsync(new() { TaskId = "video_1", CallbackUrl = receiver.Hook("a").AbsoluteUri }, cancellationToken: Cancellation);
        await bridge.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(task.Id, TaskStatuses.Completed));
        var dead = await WithStateAsync(DeliveryStates.Dead);
        dead.LastAttempt.ShouldNotBeNull().ResponseBody.ShouldBe("not today");

        receiver.Answer = _ => new RawAnswer(204);
        await client.RedeliverAsync(dead.Id, cancellationToken: Cancellation);
        var delivered = await WithStateAsync(DeliveryStates.Delivered);
        await client.RedeliverAsync(new BulkRedelivery(DeliveryStates.Delivered, delivered.CreatedAt), cancellationToken: Cancellation);

        var webhooks = await receiver.WaitForAsync(_ => true, 4, Patience);
        webhooks.Select(webhook => Convert.ToHexString(webhook.Body.Span)).Distinct().Count().ShouldBe(1);
        webhooks.ShouldAllBe(webhook => webhook.WebhookId == dead.EventId && webhook.Verification == WebhookVerification.Verified);
        await Wait.UntilAsync(async () => (await AttemptsAsync()).Count == 4, "the last attempt is kept");
        (await AttemptsAsync()).Select(attempt => $"{attempt.Number} {attempt.StatusCode}").ShouldBe(["1 500", "2 500", "3 204", "4 204"]);

        async Task<BridgeDelivery> WithStateAsync(string state)
        {
            BridgeDelivery? found = null;
            await Wait.UntilAsync(
                async () => (found = await client.ListDeliveriesAsync(new() { State = state }, Cancellation).FirstOrDefaultAsync(Cancellation)) is not null,
                $"it is {state}");
            return found!;
        }

        async Task<IReadOnlyList<BridgeDeliveryAttempt>> AttemptsAsync() => (await client.GetDeliveryAsync(dead.Id, Cancellation)).Attempts!;
    }
}

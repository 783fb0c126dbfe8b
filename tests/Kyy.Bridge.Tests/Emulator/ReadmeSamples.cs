using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;

namespace Kyy.Bridge.Tests.Emulator;

/// <summary>The code of the emulator's README, compiled: <see cref="ReadmeTests"/> compares the two.</summary>
internal static class ReadmeSamples
{
    public static async Task<(IReadOnlyList<Poll> Polls, IReadOnlyList<ReceivedWebhook> Webhooks)> WaitAsync(
        TimeProvider time, WebhookSecret secret, TaskCompletionSource release)
    {
        await using var upstream = await EmulatorServer.StartAsync(new EmulatorOptions { TimeScale = 1.0 / 15 }, time);
        var task = upstream.Tasks.Create(
            new() { Family = EmulatedFamily.Veo, Statuses = [EmulatedStatus.Queued, EmulatedStatus.Completed] });
        upstream.Answer(task.Id, poll => poll == 1 ? RawAnswer.Json(429, "{}").WithHeader("Retry-After", "7") : null);
        upstream.Faults.Add(new FaultRule { Id = "vgen_*", Every = 3, Does = new TruncatedFault { Length = TruncatedLength.Full } });
        upstream.Limits = new() { PerKey = new() { Requests = 200, RetryAfter = "auto" } };
        var polls = await upstream.WaitForPollsAsync(task.Id, 2, TimeSpan.FromSeconds(10));

        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions { Secrets = [secret] }, time);
        receiver.AnswerAt(receiver.Hook("slow").AbsolutePath, _ => new RawAnswer(204) { HeldUntil = release.Task });
        var webhooks = await receiver.WaitForAsync(webhook => webhook.Attempt == 2, 1, TimeSpan.FromSeconds(10));
        return (polls, webhooks);
    }
}

using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using Microsoft.AspNetCore.Http;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>What a receiver answers: a function of its behaviour, the webhook and the seed.</summary>
internal sealed class HookAnswers(Chance chance, TimeProvider time)
{
    private static readonly RawAnswer Accepted = new(StatusCodes.Status204NoContent);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1.5);

    private static readonly IAnswer[] Refusals =
    [
        new RawAnswer(StatusCodes.Status500InternalServerError, "text/html", "<h1>Oops</h1>"u8.ToArray()),
        new RawAnswer(StatusCodes.Status404NotFound),
        new RawAnswer(StatusCodes.Status302Found).WithHeader("Location", "http://127.0.0.1:9/elsewhere"),
        new RawAnswer(StatusCodes.Status400BadRequest, "application/json", "{"u8.ToArray()),
        new RawAnswer(StatusCodes.Status500InternalServerError, "text/plain", new byte[200_000]),
        new WireAnswer(0, [], WireEnd.Reset),
        new WireAnswer(0, []),
        new WireAnswer(0, [new WireStep.Bytes("HTTP/1.1 2"u8.ToArray())], WireEnd.Reset),
        new WireAnswer(0, [new WireStep.Bytes("SSH-2.0-OpenSSH_9.6\r\n"u8.ToArray())]),
    ];

    public IAnswer Of(Hook hook, ReceivedWebhook webhook) => hook switch
    {
        Hook.Slow => Accepted with { HeldUntil = Task.Delay(Longest * chance.Of(webhook.WebhookId, webhook.Attempt), time) },
        Hook.Flaky when webhook.Attempt <= 1 + chance.Below(2, webhook.WebhookId, 0) =>
            Refusals[chance.Below(Refusals.Length, webhook.WebhookId, webhook.Attempt)],
        Hook.Patient when webhook.Attempt == 1 && chance.Of(webhook.WebhookId, 0) < 0.2 =>
            new RawAnswer(StatusCodes.Status429TooManyRequests).WithHeader("Retry-After", "1"),
        Hook.Hanging when webhook.Attempt == 1 => new WireAnswer(0, [new WireStep.Pause(null)]),
        Hook.Gone => new RawAnswer(StatusCodes.Status410Gone),
        Hook.Broken => new RawAnswer(StatusCodes.Status500InternalServerError),
        _ => Accepted,
    };
}

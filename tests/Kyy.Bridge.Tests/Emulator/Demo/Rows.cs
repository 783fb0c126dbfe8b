using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Demo;

namespace Kyy.Bridge.Tests.Emulator.Demo;

internal static class Rows
{
    public static readonly TaskRow Living =
        new("veo", "vgen_0123456789ab", TaskStatuses.Processing, false, 3, TimeSpan.FromSeconds(4.2), null);

    public static readonly WebhookMark Accepted =
        new(1, WebhookVerification.Verified, 204, new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero));

    public static readonly WebhookMark AnsweredBadly = Accepted with { StatusCode = 500 };

    public static readonly WebhookMark Refused = Accepted with { Verification = WebhookVerification.NoMatchingSignature, StatusCode = 400 };

    public static readonly TaskRow Settled = Living with { Status = TaskStatuses.Completed, Ended = true, Webhook = Accepted };

    public static TaskRow[] Of(int settled, int living) =>
    [
        .. Enumerable.Range(0, settled).Select(i => Settled with { TaskId = $"video_settled_{i:00}" }),
        .. Enumerable.Range(0, living).Select(i => Living with { TaskId = $"video_living_{i:00}" }),
    ];
}

using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>One reply of each kind, for tests that show a switch over <see cref="UpstreamReply"/> to be whole.</summary>
internal static class UpstreamReplies
{
    public static IReadOnlyList<UpstreamReply> OneOfEach { get; } =
    [
        new UpstreamReply.Waiting(WaitingStatus.Processing, UpstreamFacts.None),
        new UpstreamReply.Completed(["https://cdn.example.test/a.mp4"], UpstreamFacts.None),
        new UpstreamReply.CompletedWithoutUrl(UpstreamFacts.None),
        new UpstreamReply.Failed(UpstreamFacts.None),
        new UpstreamReply.Cancelled(UpstreamFacts.None),
        new UpstreamReply.Expired(UpstreamFacts.None),
        new UpstreamReply.NotFound(404),
        new UpstreamReply.WrongRoute(),
        new UpstreamReply.NotOurs(NotOursReason.ForeignId),
        new UpstreamReply.NotUnderstood(NotUnderstoodReason.StatusUnknown, UpstreamFacts.None with { RawStatus = "paused" }),
        new UpstreamReply.NoNews(204),
        new UpstreamReply.KeyRefused(401),
        new UpstreamReply.Throttled(TimeSpan.FromSeconds(7)),
        new UpstreamReply.Unreachable(UnreachableKind.Timeout),
    ];
}

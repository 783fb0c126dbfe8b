using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Secure;
using static Kyy.Bridge.Tests.Hostile.Expected;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>What goes wrong below HTTP, or in it: E19, E22 to E24.</summary>
internal static class OddConnections
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly Expected Timeout = TroubleOfTheLane("timeout"), Reset = TroubleOfTheLane("reset");

    public static readonly ImmutableArray<Misbehaviour> All =
    [
        Once("E19", "a byte a second", new DripFault(), Timeout),
        Once("E19", "a byte a second from the head on", new DripFault { Head = true }, Timeout),
        .. Enum.GetValues<StallPlace>().Select(place => Once("E19", $"stalls {place}", new StallFault { At = place }, Timeout)),
        .. Enum.GetValues<TlsCondition>().Except([TlsCondition.Valid])
            .Select(condition => new Misbehaviour("E22", $"{condition}", LivesOn("tls")) { Tls = condition }),
        Once("E23", "reset before headers", new ResetFault(), Reset with { MayBeRepeated = true }),
        Once("E23", "reset in the middle of the body", new ResetFault { At = CutPlace.MidBody }, Reset),
        Once("E23", "closed before headers", new CloseFault(), Reset with { MayBeRepeated = true }),
        // The others of the key come by the same listener.
        AtAccept("accepted and closed", new CloseFault { At = CutPlace.Accept }),
        AtAccept("accepted and reset", new ResetFault { At = CutPlace.Accept }),
        // The discard port, where nobody listens, and a name that is never given out.
        new("E23", "refused", LivesOn("refused")) { BaseUrl = new("http://127.0.0.1:9/kyyReactApiServer") },
        new("E23", "no such name", LivesOn("dns")) { BaseUrl = new("http://upstream.invalid/kyyReactApiServer") },
        .. Enum.GetValues<HttpOddity>().Select(kind => Once("E24", $"{kind}", new HttpOddityFault { Kind = kind }, Of(kind))),
    ];

    // Of two lengths that differ the first is the body's. A thousand interim answers are more headers than are read.
    private static Expected Of(HttpOddity kind) => kind switch
    {
        HttpOddity.BadChunk or HttpOddity.InformationalFlood or HttpOddity.HugeHeaders => TroubleOfTheLane("protocol"),
        _ => Nothing,
    };

    private static Misbehaviour AtAccept(string name, Fault fault) =>
        new("E23", name, Reset with { Polls = null }) { Rules = [new() { For = Minute, Does = fault }], OfTheKey = true };

    private static Expected LivesOn(string trouble) => TroubleOfTheLane(trouble) with { End = null, KnowsCreation = false };

    private static Misbehaviour Once(string number, string name, Fault fault, Expected expect) =>
        RefusedRequests.Once(number, name, fault, expect);
}

using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Secure;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>What goes wrong below HTTP, or in it: E19, E22 to E24.</summary>
internal static class OddConnections
{
    public static readonly ImmutableArray<Misbehaviour> All =
    [
        Once("E19", "a byte a second", new DripFault()),
        Once("E19", "a byte a second from the head on", new DripFault { Head = true }),
        .. Enum.GetValues<StallPlace>().Select(place => Once("E19", $"stalls {place}", new StallFault { At = place })),
        .. Enum.GetValues<TlsCondition>().Except([TlsCondition.Valid])
            .Select(condition => new Misbehaviour("E22", $"{condition}") { Tls = condition }),
        Once("E23", "reset before headers", new ResetFault()),
        Once("E23", "reset in the middle of the body", new ResetFault { At = CutPlace.MidBody }),
        Once("E23", "closed before headers", new CloseFault()),
        new("E23", "accepted and closed") { Rules = [new() { For = TimeSpan.FromMinutes(1), Does = new CloseFault { At = CutPlace.Accept } }] },
        new("E23", "accepted and reset") { Rules = [new() { For = TimeSpan.FromMinutes(1), Does = new ResetFault { At = CutPlace.Accept } }] },
        // The discard port, where nobody listens, and a name that is never given out.
        new("E23", "refused") { BaseUrl = new("http://127.0.0.1:9/kyyReactApiServer") },
        new("E23", "no such name") { BaseUrl = new("http://upstream.invalid/kyyReactApiServer") },
        .. Enum.GetValues<HttpOddity>().Select(kind => Once("E24", $"{kind}", new HttpOddityFault { Kind = kind })),
    ];

    private static Misbehaviour Once(string number, string name, Fault fault) => RefusedRequests.Once(number, name, fault);
}

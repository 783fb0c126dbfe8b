using System.Buffers;
using System.Text.RegularExpressions;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries.Guard;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Operators;

/// <summary>What an operator wants to wait, or to go on.</summary>
/// <param name="What">One of <see cref="HoldKinds"/>.</param>
/// <param name="Client">Null for everybody's.</param>
/// <param name="Host">Null for every host.</param>
internal sealed record WantedHold(string What, Guid? Client, string? Host);

/// <summary>Reads the body of both routes.</summary>
internal static partial class HoldReader
{
    private const int LongestHost = 300;

    private static readonly SearchValues<char> NoPartOfAHost = SearchValues.Create("/?#@\\ %*");

    public static (WantedHold? Hold, ProblemResult? Refusal) Read(JsonBody body)
    {
        var members = new MemberReader(body.Root);
        var what = members.Choice("what", HoldKinds.All);
        if (what is null && !members.Has("what")) members.Fault("what", "is required");
        var (client, host) = (Client(members), Host(members));
        return members.Refusal() is { } refusal ? (null, refusal) : (new(what!, client, host), null);
    }

    /// <summary>One spelling of a host, with its port where one is written: the same that destinations go by.</summary>
    internal static string? Normal(string host)
    {
        if (host.AsSpan().ContainsAny(NoPartOfAHost) || !Uri.TryCreate($"http://{host}", UriKind.Absolute, out var url)) return null;
        // Not Uri.Port, which is 80 whether it is written or not.
        var port = Port().Match(host);
        return CallbackRules.HostOf(url) + (port.Success ? $":{url.Port}" : "");
    }

    private static Guid? Client(MemberReader members)
    {
        if (members.OptionalText("client", LongestHost) is not { } text) return null;
        if (TypeId.TryParse(TypeId.Client, text, out var client)) return client;
        members.Fault("client", "must be the id of a client, cli_…");
        return null;
    }

    private static string? Host(MemberReader members)
    {
        if (members.OptionalText("host", LongestHost) is not { } text) return null;
        var host = Normal(text);
        if (host is null) members.Fault("host", "must be a host or a host and its port, such as hooks.example.com:8443");
        return host;
    }

    // After a name, or after the brackets of an IPv6 address, which is full of colons.
    [GeneratedRegex(@"(^[^\[\]:]+|\]):[0-9]+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Port();
}

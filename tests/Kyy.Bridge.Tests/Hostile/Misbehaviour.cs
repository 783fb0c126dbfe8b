using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Limits;
using Kyy.Bridge.Emulator.Upstream.Secure;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>One way in which the upstream misbehaves, as the emulator is told it, and what is expected of a client that meets it.</summary>
/// <param name="Number">Its number in the contract's list, such as <c>E7</c>.</param>
/// <param name="Name">Which variant of it this is.</param>
/// <param name="Expect">What is expected.</param>
internal sealed record Misbehaviour(string Number, string Name, Expected Expect)
{
    /// <summary>In order; none where it is not a fault of answers.</summary>
    public ImmutableArray<FaultRule> Rules { get; init; } = [];

    /// <summary>Whether the rules meet all tasks of the key; else they meet one task, and the others of the key are well.</summary>
    public bool OfTheKey { get; init; }

    /// <summary>What the task itself answers, poll by poll; null is one that ends with its second poll.</summary>
    public ImmutableArray<EmulatedStatus>? Statuses { get; init; }

    /// <summary>Instead: how long it is queued, and how long in work.</summary>
    public (TimeSpan QueuedFor, TimeSpan ProcessingFor)? Times { get; init; }

    public EmulatedFamily Family { get; init; } = EmulatedFamily.StarVideos;

    public ServiceTier Tier { get; init; }

    /// <summary>How long before its registration it was created; of the upstream's own time.</summary>
    public TimeSpan CreatedBefore { get; init; }

    /// <summary>How many other tasks the key has.</summary>
    public int Others { get; init; } = 1;

    /// <summary>How many of them meet the rules as well, by an id that their pattern matches.</summary>
    public int OthersAffected { get; init; }

    /// <summary>How many polls the others take to their end.</summary>
    public int PollsOfOthers { get; init; } = 2;

    public LimitOptions? Limits { get; init; }

    /// <summary>Requests a second that the key's owner says it bears.</summary>
    public int? KeyLimit { get; init; }

    /// <summary>
    /// Of the emulated upstream alone: ten minutes of it need not be waited for. Gaps are judged by the service's scale all the same.
    /// </summary>
    public double? TimeScale { get; init; }

    /// <summary>Ask this listener of https instead.</summary>
    public TlsCondition? Tls { get; init; }

    /// <summary>Ask there instead: nobody answers.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>What ends it, once it has been seen that the tasks live on meanwhile.</summary>
    public Remedy Remedy { get; init; }

    public override string ToString() => $"{Number} {Name}";
}

internal enum Remedy
{
    /// <summary>It ends by itself, or never.</summary>
    None,

    /// <summary>The upstream behaves again.</summary>
    RulesGo,

    /// <summary>The key's owner sets another value for it.</summary>
    NewKey,
}

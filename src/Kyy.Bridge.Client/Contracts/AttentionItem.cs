using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>One thing that somebody should look at.</summary>
public sealed record AttentionItem
{
    /// <summary>What it is: one of <see cref="AttentionKinds"/>, which may grow.</summary>
    public required string Kind { get; init; }

    /// <summary><c>error</c> where something does not get through as long as nobody acts, else <c>warning</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>How many it concerns: deliveries, tasks or attempts. Of many it is the least.</summary>
    public required int Count { get; init; }

    /// <summary>What it is about: a key's name, an endpoint's id, a host, a task's id, a family.</summary>
    public required string Subject { get; init; }

    /// <summary>Since when; of a link until when it works.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>A sentence for people. Not for programs: the wording may change.</summary>
    public required string Detail { get; init; }

    /// <summary>The call that mends it; null where it takes no call of the reader's, and <see cref="Detail"/> says what it takes.</summary>
    public AttentionMend? Mend { get; init; }

    /// <summary>Whose it is, <c>cli_…</c>, told to admins only: they send it as <c>Kyy-Client</c> with the call.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }
}

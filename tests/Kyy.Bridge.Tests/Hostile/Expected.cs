using System.Collections.Immutable;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>What the contract expects of a client that meets a misbehaviour, as data.</summary>
internal sealed record Expected
{
    /// <summary>All is as if nothing had happened, and nobody is told that anything had.</summary>
    public static readonly Expected Nothing = new();

    /// <summary>Its status in the end; null where it lives on, which three polls show.</summary>
    public string? End { get; init; } = TaskStatuses.Completed;

    /// <summary>How often the upstream is asked about it; null where that depends on pauses.</summary>
    public int? Polls { get; init; } = 2;

    /// <summary>What is kept of the lane's trouble, a kind and a code such as <c>server_error 502</c>; null for none.</summary>
    public string? Lane { get; init; }

    /// <summary>What is kept of the task's own trouble, a kind and a code; null for none.</summary>
    public string? Own { get; init; }

    /// <summary>A word that the task's trouble shows of what the upstream said.</summary>
    public string? Shows { get; init; }

    /// <summary>How the key is left alone on the way; null for not at all.</summary>
    public Pause? Pause { get; init; }

    /// <summary>The types of the task's events, in order; by default that of its end alone.</summary>
    public ImmutableArray<string>? Events { get; init; }

    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The error's code and message; null for none.</summary>
    public TaskError? Error { get; init; }

    /// <summary>How many links a completed task has.</summary>
    public int Links { get; init; } = 1;

    /// <summary>The video's length, where it is of interest.</summary>
    public decimal? Length { get; init; }

    /// <summary>Whether the upstream's creation time is believed.</summary>
    public bool KnowsCreation { get; init; } = true;

    /// <summary>
    /// Whether a request that met a kept connection is repeated at once on a fresh one, as the contract wants it: then there was no
    /// trouble.
    /// </summary>
    public bool MayBeRepeated { get; init; }

    /// <summary>The most answers of 429 that its key gets.</summary>
    public int MostThrottled { get; init; } = 1;

    public static Expected TroubleOfTheLane(string trouble) => new() { Lane = trouble };

    public static Expected TroubleOfItsOwn(string trouble) => new() { Own = trouble };

    public static Expected Ends(string status, int? polls, string? errorCode = null, string? message = null) =>
        new() { End = status, Polls = polls, Error = errorCode is null ? null : new(errorCode, message) };

    /// <summary>After three in a row that count. The first may come while the task is young, and count for nothing.</summary>
    public static Expected Lost(string errorCode, string trouble) => Ends(TaskStatuses.Lost, null, errorCode) with { Own = trouble };

    public static Expected WithoutLink(params ImmutableArray<string> warnings) =>
        Ends(TaskStatuses.CompletedWithoutUrl, 4, TaskErrorCodes.NoUrl) with { Own = "no_url", Warnings = warnings };

    public static Expected Throttled(double least, double most) => new()
    {
        Polls = null,
        Lane = "throttled 429",
        Pause = new("throttled", 429) { Least = TimeSpan.FromSeconds(least), Most = TimeSpan.FromSeconds(most), LowersPace = true },
    };

    public static Expected Rejected(int code) => new()
    {
        Polls = null,
        Lane = $"key_refused {code}",
        Pause = new("key_refused", code) { IsRejection = true },
    };
}

/// <summary>A pause of a key.</summary>
/// <param name="Reason">A word for why.</param>
/// <param name="StatusCode">The code, where that was it.</param>
internal sealed record Pause(string Reason, int? StatusCode)
{
    public TimeSpan Least { get; init; }

    public TimeSpan Most { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the key is asked with half as often from then on.</summary>
    public bool LowersPace { get; init; }

    /// <summary>Whether the key's owner is told that the upstream refuses it, and that it takes it again.</summary>
    public bool IsRejection { get; init; }

    /// <summary>Whether it may as well not be, since the order of the answers decides.</summary>
    public bool DependsOnOrder { get; init; }
}

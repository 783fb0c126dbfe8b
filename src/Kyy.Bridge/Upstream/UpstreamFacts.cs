using System.Collections.Immutable;

namespace Kyy.Bridge.Upstream;

/// <summary>What an answer said besides its status. Null and missing are alike; every text is storable and bounded.</summary>
internal sealed record UpstreamFacts
{
    public static UpstreamFacts None { get; } = new();

    /// <summary>The status as it was written, to be kept where it is not understood; at most 200 bytes.</summary>
    public string? RawStatus { get; init; }

    /// <summary>At most 200 bytes.</summary>
    public string? Model { get; init; }

    /// <summary>The upstream's creation time; null where it is outside 2001 to tomorrow. For ages only.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The video's length in seconds, 0 to 86,400; null where the answer's number is none.</summary>
    public double? ActualDuration { get; init; }

    /// <summary>The upstream's reason, mostly with a failure.</summary>
    public UpstreamError? Error { get; init; }

    /// <summary>What a receiver should know about this answer: the values of <see cref="UpstreamWarnings"/>.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>The upstream's reason in its own, untrusted words.</summary>
/// <param name="Code">Where the upstream gave one, at most 200 bytes.</param>
/// <param name="Message">At most 2 KiB.</param>
internal sealed record UpstreamError(string? Code, string? Message);

/// <summary>The words of a task's <c>warnings</c> that come from reading an answer.</summary>
internal static class UpstreamWarnings
{
    /// <summary>A link was left out: not http(s), not absolute, too long, with the key in it or with characters that no link has.</summary>
    public const string VideoUrlRefused = "video_url_refused";

    /// <summary>A link names <c>localhost</c> or an address that is not of the public network. Think before you open it.</summary>
    public const string VideoUrlPrivate = "video_url_private";
}

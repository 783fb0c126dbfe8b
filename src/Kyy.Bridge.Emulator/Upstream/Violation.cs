namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>What a poll can do that a correct client never does.</summary>
[Flags]
internal enum Violation
{
    None = 0,

    /// <summary>Other than exactly <c>Authorization: Bearer</c> and a key that is right now. A key revoked on purpose shows here too.</summary>
    WrongKey = 1,

    /// <summary>A GET with a body, even one announced and empty.</summary>
    BodyOnGet = 2,

    /// <summary>The id is not one properly percent-encoded path segment, or a query follows it.</summary>
    BadlyEncoded = 4,

    /// <summary>Closer to the poll before than the documents allow.</summary>
    TooEarly = 8,

    /// <summary>The task's end had been wholly sent. How long before says <see cref="Poll.SinceEnd"/>: a process that dies at once cannot know it.</summary>
    AfterEnd = 16,

    /// <summary>One request more under way than <see cref="EmulatorOptions.MaxParallel"/>.</summary>
    TooParallel = 32,

    /// <summary>Of a key that had been told by a 429 to be quiet for longer.</summary>
    DuringRetryAfter = 64,

    /// <summary>Without an <c>Accept</c> header.</summary>
    NoAccept = 128,
}

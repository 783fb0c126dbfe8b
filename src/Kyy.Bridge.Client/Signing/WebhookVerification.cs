namespace Kyy.Bridge.Client.Signing;

/// <summary>What verifying a webhook came to. Everything but <see cref="Verified"/> is to be answered with 400 and not acted on.</summary>
public enum WebhookVerification
{
    /// <summary>Genuine, and recent.</summary>
    Verified,

    /// <summary>One of the three headers is missing or empty.</summary>
    HeaderMissing,

    /// <summary><c>webhook-timestamp</c> is not a whole number of seconds.</summary>
    TimestampMalformed,

    /// <summary>Older than the tolerance: a replayed webhook, or a clock that is ahead.</summary>
    TooOld,

    /// <summary>Further in the future than the tolerance: a clock that is behind.</summary>
    TooNew,

    /// <summary>None of the signatures was made with one of the secrets, or the body was changed on its way.</summary>
    NoMatchingSignature,
}

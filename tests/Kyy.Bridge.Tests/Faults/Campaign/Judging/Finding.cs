namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>A promise that was not kept.</summary>
/// <param name="Kind">Which.</param>
/// <param name="TaskId">Of which task, by the upstream's id; empty where of none.</param>
/// <param name="Words">What happened.</param>
internal sealed record Finding(FindingKind Kind, string TaskId, string Words);

internal enum FindingKind
{
    /// <summary>A registered task is not there, has not ended, has no event, no delivery, or its receiver was never told.</summary>
    Lost,
    WronglyEnded,

    /// <summary>One end has more than one event id, or one event has more than one body.</summary>
    TwoEvents,
    WronglySigned,

    /// <summary>A receiver heard of an end that was not committed.</summary>
    SentUncommitted,

    /// <summary>Sent again though it was accepted, and nothing kept the acceptance from being written.</summary>
    SentTwice,
    PolledTooEarly,
    PolledAfterEnd,

    /// <summary>What a dead or frozen replica held came back too late.</summary>
    CameBackLate,

    /// <summary>Gaps over the maximum without a reason are too many.</summary>
    PolledLate,

    /// <summary>An answer of the API or of a probe that it does not promise.</summary>
    WrongAnswer,

    /// <summary>What had come due while nothing could be asked came back as a burst.</summary>
    Burst,

    /// <summary>The campaign did not do what it is there for.</summary>
    TooFewFaults,
}

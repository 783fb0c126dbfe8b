using System.Globalization;
using Kyy.Bridge.Configuration;
using Kyy.Bridge.Replica.Clocks;
using Kyy.Bridge.Replica.Kills;

namespace Kyy.Bridge.Replica;

/// <summary>What goes wrong in this process, as its environment says; nothing without these variables.</summary>
internal sealed record FaultSettings
{
    /// <summary>At which point it kills itself: one of <see cref="KillPoints.Names"/>.</summary>
    public const string KillAt = "KYY_FAULT_KILL_AT";

    /// <summary>On which occurrence of that point, from 1, which is the default.</summary>
    public const string KillNth = "KYY_FAULT_KILL_NTH";

    /// <summary>How long after that point; at once by default. With it a kill comes about at an instant of the caller's choice.</summary>
    public const string KillAfter = "KYY_FAULT_KILL_AFTER";

    /// <summary>How far its wall clock is off, such as <c>+00:10:00</c> or <c>-00:10:00</c>.</summary>
    public const string ClockOff = "KYY_FAULT_CLOCK";

    /// <summary>After how long that clock steps to as far on the other side, and back again; never by default.</summary>
    public const string ClockStepEvery = "KYY_FAULT_CLOCK_STEP_EVERY";

    /// <summary>Where it is <c>1</c>, a call is made inside a transaction, to show that it is found out.</summary>
    public const string CallInTransaction = "KYY_FAULT_CALL_IN_TRANSACTION";

    public Kill? Kill { get; init; }

    public WrongClock? Clock { get; init; }

    public bool CallsInTransaction { get; init; }

    /// <exception cref="FormatException">A variable is none of what it may be.</exception>
    public static FaultSettings Read(Func<string, string?> variable) => new()
    {
        Kill = variable(KillAt) is { Length: > 0 } point
            ? new(KillPoints.Parse(point), Number(variable(KillNth)) ?? 1, Duration(variable(KillAfter)) ?? TimeSpan.Zero)
            : null,
        Clock = variable(ClockOff) is { Length: > 0 } off ? new(Offset(off), Duration(variable(ClockStepEvery))) : null,
        CallsInTransaction = variable(CallInTransaction) == "1",
    };

    private static int? Number(string? text) => string.IsNullOrEmpty(text) ? null : int.Parse(text, CultureInfo.InvariantCulture);

    private static TimeSpan? Duration(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var parsed = DurationText.Parse(text);
        return parsed.Remedy is null ? parsed.Value : throw new FormatException($"'{text}' is no duration.");
    }

    private static TimeSpan Offset(string text) => TimeSpan.Parse(text.TrimStart('+'), CultureInfo.InvariantCulture);
}

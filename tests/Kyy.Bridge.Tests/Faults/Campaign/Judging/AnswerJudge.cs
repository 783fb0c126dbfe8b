namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>Whether the API and the probes answered as they promise, whatever was going on.</summary>
internal static class AnswerJudge
{
    public const string Ready = "/healthz/ready", Live = "/healthz/live";

    private const string Problem = "application/problem+json";

    // 5 s are promised; the rest is the machine's, on which several processes start at any time.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5.5);

    // A look at the database is kept for a second, and takes three at most.
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(4);

    // A connection breaks a moment before its process is seen to have ended.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private static readonly OccurrenceKind[] OwnTrouble = [OccurrenceKind.Died, OccurrenceKind.Frozen, OccurrenceKind.Restarted];

    public static void Judge(Evidence evidence, Disturbances disturbances, Tally tally)
    {
        foreach (var answer in evidence.Answers)
        {
            tally.Count($"answers {answer.StatusCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "broken off"}");
            var own = disturbances.During(answer.At - Notice, answer.Until + Moment, OwnTrouble).Any(one => one.Replica == answer.Replica);
            if (!own && Fault(answer, disturbances) is { } fault) tally.Break(FindingKind.WrongAnswer, "", $"{Where(answer)} {fault}");
        }
    }

    private static string? Fault(Answer answer, Disturbances disturbances) => answer switch
    {
        { StatusCode: null } => "broke off, though the replica lived on",
        _ when answer.Took > Longest => $"took {answer.Took.TotalSeconds:0.0} s",
        { StatusCode: >= 400 } when answer.MediaType != Problem => $"was {answer.StatusCode} as {answer.MediaType ?? "nothing"}",
        { What: Live, StatusCode: not 200 } => $"was {answer.StatusCode} though no loop can have hung for two minutes",
        { What: Ready } => OfReadiness(answer, disturbances),
        { StatusCode: 503 } when !disturbances.Any(answer.At - Notice, answer.Until, OccurrenceKind.DatabaseAway) =>
            "was 503 though the database was there",
        { StatusCode: 200 or 201 or 503 or 409 or 429 } => null,
        _ => $"was {answer.StatusCode}",
    };

    private static string? OfReadiness(Answer answer, Disturbances disturbances)
    {
        if (disturbances.Any(answer.At - Notice, answer.Until, OccurrenceKind.DatabaseAway)) return null;
        var wrong = disturbances.During(answer.At, answer.Until, OccurrenceKind.WrongClock)
            .Where(one => one.Replica == answer.Replica).ToArray();
        // One that steps is right now and wrong then.
        if (wrong.Any(one => one.Words.Contains("stepping", StringComparison.Ordinal))) return null;
        return (answer.StatusCode, wrong.Length > 0) switch
        {
            (200, false) or (503, true) => null,
            (200, true) => "was 200 though the replica's clock is ten minutes off",
            _ => $"was {answer.StatusCode} though nothing was the matter",
        };
    }

    private static string Where(Answer answer) => $"{answer.What} of replica {answer.Replica} at {answer.At:HH:mm:ss.fff}";
}

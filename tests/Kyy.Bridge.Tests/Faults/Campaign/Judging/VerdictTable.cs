using System.Globalization;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>A verdict as lines for people.</summary>
internal static class VerdictTable
{
    private const int MostTold = 5;

    private static readonly (FindingKind Kind, string Words)[] Rows =
    [
        (FindingKind.Lost, "lost"),
        (FindingKind.WronglyEnded, "wrongly ended"),
        (FindingKind.TwoEvents, "two ids or bodies of one end"),
        (FindingKind.WronglySigned, "wrongly signed"),
        (FindingKind.SentUncommitted, "sent before the commit"),
        (FindingKind.SentTwice, "sent twice without a reason"),
        (FindingKind.PolledTooEarly, "polled too early"),
        (FindingKind.PolledAfterEnd, "polled after the end"),
        (FindingKind.PolledLate, "polled late without a reason"),
        (FindingKind.CameBackLate, "came back late"),
        (FindingKind.Burst, "bursts after an outage"),
        (FindingKind.WrongAnswer, "wrong answers of the API"),
        (FindingKind.TooFewFaults, "faults that did not come"),
    ];

    public static IEnumerable<string> Of(Verdict verdict)
    {
        foreach (var (what, count) in verdict.Counts) yield return Line(what, count);
        yield return "";
        foreach (var (kind, words) in Rows)
        {
            Finding[] found = [.. verdict.Findings.Where(finding => finding.Kind == kind)];
            yield return Line(words, found.Length);
            foreach (var finding in found.Take(MostTold)) yield return $"      {finding.TaskId} {finding.Words}";
        }
    }

    private static string Line(string what, int count) => string.Create(CultureInfo.InvariantCulture, $"{count,9:N0}  {what}");
}

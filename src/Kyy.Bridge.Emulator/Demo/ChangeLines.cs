using System.Globalization;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>What changed from one look at the tasks to the next, one line for each task that did: for files and pipes.</summary>
internal static class ChangeLines
{
    /// <param name="before">The look before, in the same order; empty for the first.</param>
    /// <param name="now">This look.</param>
    /// <param name="elapsed">When it was, from the registration.</param>
    public static IEnumerable<string> Of(IReadOnlyList<TaskRow> before, IReadOnlyList<TaskRow> now, TimeSpan elapsed) =>
        from pair in now.Select((row, index) => (Row: row, Before: index < before.Count ? before[index] : null))
        let change = Change(pair.Before, pair.Row)
        where change != ""
        select string.Create(
            CultureInfo.InvariantCulture, $"{Words.Seconds(elapsed),7}  {Words.Family(pair.Row),-15}  {pair.Row.TaskId,-27}  {change}");

    private static string Change(TaskRow? before, TaskRow row)
    {
        var status = before is null ? row.Status : before.Status != row.Status ? $"{before.Status} → {row.Status}" : null;
        var webhook = row.Webhook is { } mark && mark != before?.Webhook ? Words.Sentence(mark) : null;
        return (status, webhook) switch
        {
            (null, null) => "",
            (_, null) => status,
            (_, _) => $"{status ?? row.Status}, {webhook}",
        };
    }
}

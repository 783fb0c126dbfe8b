namespace Kyy.Bridge.Emulator.Demo;

/// <summary>The table that a terminal shows: a pure function of the rows and of the room there is.</summary>
internal static class Board
{
    private const string Gap = "  ";
    private const int Frame = 2, FamilyWidth = 15, StatusWidth = 10, PollsWidth = 5, AgeWidth = 6, WebhookWidth = 16, LeastIdWidth = 10;

    /// <summary>A header, the rows, and a line of totals; never more than <paramref name="height"/> lines.</summary>
    public static IReadOnlyList<IReadOnlyList<Cell>> Lines(IReadOnlyList<TaskRow> rows, int width, int height)
    {
        var shown = Fitting(rows, height - Frame);
        var id = IdWidth(rows, width);
        IEnumerable<IEnumerable<Cell>> lines = [Header(id), .. shown.Select(row => Line(row, id)), Totals(rows, rows.Count - shown.Count)];
        return [.. lines.TakeLast(Math.Max(height, 0)).Select(line => Cell.Clip(line, width))];
    }

    /// <summary>Shortens a text in its middle: an id's family is at its front, what tells it from others at its end.</summary>
    public static string Shorten(string text, int width)
    {
        if (text.Length <= width) return text;
        var front = width / 2;
        return $"{text[..front]}…{text[^(width - front - 1)..]}";
    }

    // Where the room is short, what still moves is worth more than what has settled.
    private static List<TaskRow> Fitting(IReadOnlyList<TaskRow> rows, int room)
    {
        var kept = rows.OrderBy(row => row.IsSettled).Take(Math.Max(room, 0)).ToHashSet();
        return [.. rows.Where(kept.Contains)];
    }

    private static int IdWidth(IReadOnlyList<TaskRow> rows, int width)
    {
        const int others = FamilyWidth + StatusWidth + PollsWidth + AgeWidth + WebhookWidth + (5 * 2);
        var longest = rows.Select(row => row.TaskId.Length).DefaultIfEmpty().Max();
        return Math.Max(LeastIdWidth, Math.Min(longest, width - others));
    }

    private static Cell[] Header(int id)
    {
        return Columns(id, Quiet("family"), Quiet("upstream id"), Quiet("status"), "polls", "age", Quiet("webhook"), Tone.Quiet);

        static Cell Quiet(string title) => new(title, Tone.Quiet);
    }

    private static Cell[] Line(TaskRow row, int id) => Columns(
        id,
        new(Words.Family(row), row.Family is null ? Tone.Quiet : Tone.Plain),
        new(row.TaskId),
        Words.Status(row),
        $"{row.Polls}",
        Words.Seconds(row.Age),
        Words.Webhook(row.Webhook),
        Tone.Plain);

    private static Cell[] Columns(int idWidth, Cell family, Cell id, Cell status, string polls, string age, Cell webhook, Tone numbers) =>
    [
        Padded(family, FamilyWidth), Padded(id with { Text = Shorten(id.Text, idWidth) }, idWidth), Padded(status, StatusWidth),
        new(polls.PadLeft(PollsWidth) + Gap + age.PadLeft(AgeWidth) + Gap, numbers), webhook,
    ];

    private static Cell Padded(Cell cell, int width) => cell with { Text = cell.Text.PadRight(width) + Gap };

    private static Cell[] Totals(IReadOnlyList<TaskRow> rows, int hidden)
    {
        var ended = rows.Count(row => row.Ended);
        var webhooks = Words.Count(rows.Count(row => row.Webhook is { IsAccepted: true }), "webhook");
        var polls = Words.Count(rows.Sum(row => row.Polls), "poll");
        var more = hidden > 0 ? $", {hidden} not shown" : "";
        return [new($"{ended} of {rows.Count} ended, {webhooks} verified, {polls}{more}", Tone.Quiet)];
    }
}

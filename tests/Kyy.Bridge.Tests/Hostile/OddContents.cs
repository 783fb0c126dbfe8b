using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using static Kyy.Bridge.Emulator.Upstream.EmulatedStatus;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>Answers whose members are not as documented: E9 to E16, E30, E39, E40.</summary>
internal static class OddContents
{
    // Before the table that uses it.
    private static readonly System.Text.Json.JsonElement Link = Fault.Json("\"https://cdn.example.test/1.mp4\"");

    public static readonly ImmutableArray<Misbehaviour> All =
    [
        .. new[] { "\"almost\"", "7", "\"\"", "null" }.Select(word => Once("E9", word, new StatusWordFault { Value = Fault.Json(word) })),
        Once("E9", "missing", new StatusWordFault { Missing = true }),
        .. new[] { "COMPLETED", " completed ", "succeeded", "in_progress", "running", "canceled", "expired" }
            .Select(word => Once("E10", word, new StatusWordFault { Value = Fault.Json($"\"{word}\"") })),
        Statuses("E11", "from processing to queued", Processing, Queued, Processing, Completed),
        Statuses("E11", "from completed to processing", Completed, Processing),
        Statuses("E11", "from failed to completed", Failed, Completed),
        Statuses("E12", "completed at once", Completed),
        Statuses("E12", "from queued to failed", Queued, Failed),
        .. new[] { "null", "\"\"", "[]", "[\"https://cdn.example.test/1.mp4\",\"https://cdn.example.test/2.mp4\"]" }
            .Select(link => Always("E13", link, new VideoUrlFault { As = Completed, Value = Fault.Json(link) })),
        Always("E13", "missing", new VideoUrlFault { As = Completed, Missing = true }),
        new("E13", "null at first") { Rules = [new() { ToPoll = 2, Does = new VideoUrlFault { As = Completed, Value = Fault.Json("null") } }] },
        .. new[] { "null", "\"5.0\"", "5" }
            .Select(length => Always("E14", length, new ActualDurationFault { As = Completed, Value = Fault.Json(length) })),
        Always("E14", "missing", new ActualDurationFault { As = Completed, Missing = true }),
        .. new[] { "null", """{"code":"E42","message":"the model is on holiday"}""", "\"a\\u0000b\\u001b[31mc\"", "\"<script>alert(1)</script>\"" }
            .Select(error => Always("E15", error, new ErrorTextFault { As = Failed, Value = Fault.Json(error) })),
        // More than a reader need take: no end is read from it, and none is lost once it is over.
        Once("E15", "a megabyte", new ErrorTextFault { As = Failed, Value = Fault.Json("\"too long \""), Length = 1_000_000 }),
        Always("E16", "failed with a link", new VideoUrlFault { As = Failed, Value = Link }),
        Once("E16", "processing with a link", new VideoUrlFault { As = Processing, Value = Link }),
        Always("E30", "the link is refused", new ExpiredLinkFault()),
        Always("E30", "the link leads nowhere", new ExpiredLinkFault { Code = 404 }),
        Always("E39", "the key in the error", new ErrorTextFault { As = Failed, Value = Fault.Json("\"no quota for Bearer {key}\"") }),
        .. new[] { "http://169.254.169.254/latest", "http://10.0.0.1/v.mp4", "file:///etc/passwd", "javascript:alert(1)", "https://a.test/\\u0007" }
            .Select(link => Always("E40", link, new VideoUrlFault { As = Completed, Value = Fault.Json($"\"{link}\"") })),
        Always("E40", "8 KB long", new VideoUrlFault { As = Completed, Value = Fault.Json($"\"https://a.test/{new string('x', 8192)}\"") }),
    ];

    private static Misbehaviour Once(string number, string name, Fault fault) => RefusedRequests.Once(number, name, fault);

    private static Misbehaviour Always(string number, string name, Fault fault) => new(number, name) { Rules = [new() { Does = fault }] };

    private static Misbehaviour Statuses(string number, string name, params ImmutableArray<EmulatedStatus> statuses) =>
        Always(number, name, new StatusesFault { Values = statuses });
}

using System.Collections.Immutable;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using static Kyy.Bridge.Emulator.Upstream.EmulatedStatus;
using static Kyy.Bridge.Tests.Hostile.Expected;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>Answers whose members are not as documented: E9 to E16, E30, E39, E40.</summary>
internal static class OddContents
{
    // Before the table that uses it.
    private static readonly JsonElement Link = Fault.Json("\"https://cdn.example.test/1.mp4\"");
    private static readonly Expected AtOnce = new() { Polls = 1 };
    private static readonly Expected Forwards = new() { Polls = 4, Events = [EventTypes.TaskProcessing, EventTypes.TaskCompleted] };

    public static readonly ImmutableArray<Misbehaviour> All =
    [
        .. new[] { ("\"almost\"", "almost"), ("7", "7"), ("\"\"", "\"status\":\"\""), ("null", "\"status\":null") }
            .Select(word => Word("E9", word.Item1, Fault.Json(word.Item1), TroubleOfItsOwn("not_understood") with { Shows = word.Item2 })),
        Once("E9", "missing", new StatusWordFault { Missing = true }, TroubleOfItsOwn("not_understood")),
        .. new[] { "COMPLETED", " completed ", "succeeded" }.Select(word => Alias(word, AtOnce)),
        .. new[] { "in_progress", "running" }.Select(word => Alias(word, Nothing)),
        Alias("canceled", Ends(TaskStatuses.Cancelled, 1, TaskErrorCodes.UpstreamCancelled)),
        Alias("expired", Ends(TaskStatuses.Expired, 1, TaskErrorCodes.UpstreamExpired)),
        Statuses("E11", "from processing to queued", Forwards, Processing, Queued, Processing, Completed),
        Statuses("E11", "from completed to processing", AtOnce, Completed, Processing),
        Statuses("E11", "from failed to completed", Failed(1, EmulatedFamily.StarVideos.Error), EmulatedStatus.Failed, Completed),
        Statuses("E12", "completed at once", AtOnce, Completed),
        Statuses("E12", "from queued to failed", Failed(2, EmulatedFamily.StarVideos.Error), Queued, EmulatedStatus.Failed),
        .. new[] { "null", "\"\"", "[]" }.Select(link => Linked("E13", link, WithoutLink())),
        Linked("E13", "[\"https://cdn.example.test/1.mp4\",\"https://cdn.example.test/2.mp4\"]", AtOnce with { Links = 2 }),
        Always("E13", "missing", new VideoUrlFault { As = Completed, Missing = true }, WithoutLink()),
        new("E13", "null at first", new() { Polls = 3, Own = "no_url" })
        {
            Rules = [new() { ToPoll = 2, Does = new VideoUrlFault { As = Completed, Value = Fault.Json("null") } }],
        },
        .. new[] { ("null", (decimal?)null), ("\"5.0\"", 5.0m), ("5", 5m) }
            .Select(length => Always("E14", length.Item1, new ActualDurationFault { As = Completed, Value = Fault.Json(length.Item1) },
                AtOnce with { Length = length.Item2 })),
        Always("E14", "missing", new ActualDurationFault { As = Completed, Missing = true }, AtOnce),
        Error("E15", "null", Failed(1, null)),
        Error("E15", """{"code":"E42","message":"the model is on holiday"}""", Failed(1, "the model is on holiday")),
        Error("E15", "\"a\\u0000b\\u001b[31mc\"", Failed(1, "a b [31mc")),
        Error("E15", "\"<script>alert(1)</script>\"", Failed(1, "<script>alert(1)</script>")),
        Error("E15", $"\"{new string('x', 10_000)}\"", Failed(1, new string('x', 2048)), "10,000 characters"),
        // More than a reader need take: no end is read from it, and none is lost once it is over.
        Once("E15", "a megabyte", new ErrorTextFault { As = EmulatedStatus.Failed, Value = Fault.Json("\"too long \""), Length = 1_000_000 },
            TroubleOfTheLane("too_large")),
        Always("E16", "failed with a link", new VideoUrlFault { As = EmulatedStatus.Failed, Value = Link },
            Failed(1, EmulatedFamily.StarVideos.Error)),
        Once("E16", "processing with a link", new VideoUrlFault { As = Processing, Value = Link }, Nothing),
        Always("E30", "the link is refused", new ExpiredLinkFault(), AtOnce with { Warnings = ["video_url_private"] }),
        Always("E30", "the link leads nowhere", new ExpiredLinkFault { Code = 404 }, AtOnce with { Warnings = ["video_url_private"] }),
        Error("E39", "\"no quota for Bearer {key}\"", Failed(1, "no quota for Bearer ***"), "the key in the error"),
        .. new[] { "http://169.254.169.254/latest", "http://10.0.0.1/v.mp4" }
            .Select(link => Linked("E40", $"\"{link}\"", AtOnce with { Warnings = ["video_url_private"] }, link)),
        .. new[] { "file:///etc/passwd", "javascript:alert(1)", "https://a.test/\\u0007" }
            .Select(link => Linked("E40", $"\"{link}\"", WithoutLink("video_url_refused"), link)),
        Linked("E40", $"\"https://a.test/{new string('x', 8192)}\"", WithoutLink("video_url_refused"), "8 KB long"),
    ];

    private static Misbehaviour Once(string number, string name, Fault fault, Expected expect) =>
        RefusedRequests.Once(number, name, fault, expect);

    private static Misbehaviour Always(string number, string name, Fault fault, Expected expect) =>
        new(number, name, expect) { Rules = [new() { Does = fault }] };

    private static Misbehaviour Word(string number, string name, JsonElement word, Expected expect) =>
        Once(number, name, new StatusWordFault { Value = word }, expect);

    private static Misbehaviour Alias(string word, Expected expect) => Word("E10", word, Fault.Json($"\"{word}\""), expect);

    private static Misbehaviour Linked(string number, string link, Expected expect, string? name = null) =>
        Always(number, name ?? link, new VideoUrlFault { As = Completed, Value = Fault.Json(link) }, expect);

    private static Misbehaviour Error(string number, string error, Expected expect, string? name = null) =>
        Always(number, name ?? error, new ErrorTextFault { As = EmulatedStatus.Failed, Value = Fault.Json(error) }, expect);

    private static Misbehaviour Statuses(string number, string name, Expected expect, params ImmutableArray<EmulatedStatus> statuses) =>
        Always(number, name, new StatusesFault { Values = statuses }, expect);

    private static Expected Failed(int polls, string? message) => Ends(TaskStatuses.Failed, polls, TaskErrorCodes.UpstreamFailed, message);
}

using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>What the upstream answers when nothing is wrong with it.</summary>
internal static class OrdinaryAnswers
{
    public static readonly RawAnswer KeyRefused = RawAnswer.Message(StatusCodes.Status401Unauthorized, "invalid api key");
    public static readonly RawAnswer UnknownTask = RawAnswer.Message(StatusCodes.Status404NotFound, "task not found");

    /// <summary>A task's answer. One that is completed and has no link yet ends nothing: it is asked for again.</summary>
    public static RawAnswer Of(EmulatedTask task, EmulatedStatus status)
    {
        var ends = status.IsEnd() && (status != EmulatedStatus.Completed || !string.IsNullOrWhiteSpace(task.VideoUrl));
        return RawAnswer.Json(StatusCodes.Status200OK, ResultBody.Of(task, status)) with { EndsTask = ends };
    }

    /// <summary>The words of the upstream's framework for a path it does not serve; not to be taken for a task that is not there.</summary>
    public static RawAnswer NoHandler(string method, string target) =>
        RawAnswer.Message(StatusCodes.Status404NotFound, $"No handler found for {method} {target}");
}

using System.Text.Json.Nodes;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>A poll that a fault answers, and what the task would have answered.</summary>
/// <param name="Id">Decoded.</param>
/// <param name="Key">The asker's, which is right.</param>
/// <param name="Target">The request's target, byte for byte.</param>
/// <param name="AcceptEncoding">Which codings were asked for; empty for none.</param>
/// <param name="Self">Where this upstream was asked, up to the port.</param>
/// <param name="Task">Null where there is none of that id, or no longer.</param>
/// <param name="Poll">Its number and when it came.</param>
/// <param name="Match">Which poll of this id the rule answers with it, from 1.</param>
/// <param name="Options">For the scale of time, and the base path.</param>
/// <param name="UtcNow">The date.</param>
internal sealed record Asked(
    string Id,
    string Key,
    string Target,
    string AcceptEncoding,
    Uri Self,
    EmulatedTask? Task,
    Poll Poll,
    int Match,
    EmulatorOptions Options,
    DateTimeOffset UtcNow)
{
    /// <summary>The task's own answer, or that of another status; the one for an unknown id where there is no task.</summary>
    public RawAnswer Ordinary(EmulatedStatus? status = null) =>
        Task is null ? OrdinaryAnswers.UnknownTask : OrdinaryAnswers.Of(Task, status ?? Task.StatusAt(Poll.At, Poll.Number));

    /// <summary>The same as an object to change; null where there is no task.</summary>
    public JsonObject? Body(EmulatedStatus? status = null) => Task is null ? null : JsonNode.Parse(Ordinary(status).Body.Span)!.AsObject();
}

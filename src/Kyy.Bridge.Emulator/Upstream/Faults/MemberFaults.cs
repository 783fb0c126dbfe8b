using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>Another word for the status, or anything else in its place (E9, E10). The rest of the answer is what the word means.</summary>
internal sealed record StatusWordFault : MemberFault
{
    protected override string Member => "status";

    protected override EmulatedStatus? Start(Asked asked) =>
        As ?? (Value.ValueKind == JsonValueKind.String ? ReadableEnd.MeaningOf(Value.GetString()) : null);
}

/// <summary>
/// Statuses in an order of its own (E11, E12, E34), one for each poll that it answers, the last repeating unless they
/// <see cref="Cycle"/>.
/// </summary>
internal sealed record StatusesFault : BodyFault
{
    public required ImmutableArray<EmulatedStatus> Values { get; init; }

    public bool Cycle { get; init; }

    public override void Check()
    {
        if (Values.IsDefaultOrEmpty) throw new ArgumentException("'statuses' needs at least one of 'values'.");
    }

    protected override EmulatedStatus? Start(Asked asked) =>
        Values[Cycle ? (asked.Match - 1) % Values.Length : Math.Min(asked.Match, Values.Length) - 1];

    protected override JsonObject Change(JsonObject body, Asked asked) => body;
}

/// <summary>Another link, several, or none (E13, E16, E40).</summary>
internal sealed record VideoUrlFault : MemberFault
{
    protected override string Member => "video_url";
}

/// <summary>Another duration of the video, or none (E14).</summary>
internal sealed record ActualDurationFault : MemberFault
{
    protected override string Member => "actualDuration";
}

/// <summary>Another error (E15, E39). In its text <c>{key}</c> stands for the asker's key.</summary>
internal sealed record ErrorTextFault : MemberFault
{
    /// <summary>Repeats a text until it is so many characters long.</summary>
    public int? Length { get; init; }

    protected override string Member => "error";

    public override void Check()
    {
        base.Check();
        if (Length is < 1 || (Length is not null && Value.ValueKind != JsonValueKind.String))
            throw new ArgumentException("'length' needs a text.");
    }

    protected override JsonElement ValueFor(Asked asked)
    {
        if (Value.ValueKind != JsonValueKind.String) return Value;
        var text = Value.GetString()!.Replace("{key}", asked.Key, StringComparison.Ordinal);
        if (Length is { } length) text = string.Concat(Enumerable.Repeat(text, (length / Math.Max(text.Length, 1)) + 1))[..length];
        return JsonSerializer.SerializeToElement(text);
    }
}

/// <summary>The answer is another's, or nobody's (E17). What is not given stays.</summary>
internal sealed record IdentityFault : BodyFault
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Object { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Model { get; init; }

    /// <summary>A model of another family may be new to the client, or a sign that the answer is another's.</summary>
    protected override bool IsReadable => Model.ValueKind == JsonValueKind.Undefined;

    protected override JsonObject Change(JsonObject body, Asked asked)
    {
        foreach (var (name, value) in new[] { ("id", Id), ("object", Object), ("model", Model) })
        {
            if (value.ValueKind != JsonValueKind.Undefined) body[name] = Node(value);
        }

        return body;
    }
}

/// <summary>Another form of, or idea about, when the task was created (E33).</summary>
internal sealed record CreatedFault : BodyFault
{
    public required CreatedForm Form { get; init; }

    protected override JsonObject Change(JsonObject body, Asked asked)
    {
        var created = asked.Task!.CreatedAt;
        body["created"] = Form switch
        {
            CreatedForm.Milliseconds => created.ToUnixTimeMilliseconds(),
            CreatedForm.Text => $"{created.ToUnixTimeSeconds()}",
            CreatedForm.Zero => 0,
            CreatedForm.Future => created.AddYears(10).ToUnixTimeSeconds(),
            _ => throw new InvalidOperationException($"{Form}"),
        };
        return body;
    }
}

internal enum CreatedForm
{
    Milliseconds,
    Text,
    Zero,
    Future,
}

/// <summary>The answer in the wrapper of the gateway's other routes (E31).</summary>
internal sealed record EnvelopeFault : BodyFault
{
    /// <summary>A number or a text.</summary>
    public JsonElement Code { get; init; } = JsonSerializer.SerializeToElement(0);

    public string Msg { get; init; } = "success";

    protected override JsonObject Change(JsonObject body, Asked asked) => new() { ["code"] = Node(Code), ["msg"] = Msg, ["data"] = body };
}

/// <summary>The record lives, but its video is gone (E30): the link leads here, and is answered with this code.</summary>
internal sealed record ExpiredLinkFault : BodyFault
{
    public int Code { get; init; } = StatusCodes.Status403Forbidden;

    protected override EmulatedStatus? Start(Asked asked) => As ?? EmulatedStatus.Completed;

    protected override JsonObject Change(JsonObject body, Asked asked)
    {
        body["video_url"] = new Uri(asked.Self, $"/videos/{Code}/{Uri.EscapeDataString(asked.Id)}.mp4").AbsoluteUri;
        return body;
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>A fault that starts from a task's answer. An id without a task is answered as ever.</summary>
internal abstract record AnswerFault : Fault
{
    /// <summary>Which status' answer it starts from; by default the one that the task has.</summary>
    public EmulatedStatus? As { get; init; }
}

/// <summary>A fault within an answer that is well-formed JSON.</summary>
internal abstract record BodyFault : AnswerFault
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public sealed override IAnswer Of(Asked asked)
    {
        if (asked.Body(Start(asked)) is not { } body) return asked.Ordinary();
        body = Change(body, asked);
        var answer = RawAnswer.Json(StatusCodes.Status200OK, body.ToJsonString(Relaxed));
        return answer with { EndsTask = IsReadable && answer.Body.Length <= ReadableEnd.MostBytes && ReadableEnd.IsIn(body, asked.Id) };
    }

    /// <summary>False where a correct client may refuse the answer whatever else it says.</summary>
    protected virtual bool IsReadable => true;

    protected virtual EmulatedStatus? Start(Asked asked) => As;

    protected abstract JsonObject Change(JsonObject body, Asked asked);

    /// <summary>As it was given, numbers to the letter.</summary>
    protected static JsonNode? Node(JsonElement value) => JsonNode.Parse(value.GetRawText());
}

/// <summary>A fault of one member: another value, or none.</summary>
internal abstract record MemberFault : BodyFault
{
    /// <summary>Any JSON.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Value { get; init; }

    /// <summary>Takes the member away.</summary>
    public bool Missing { get; init; }

    protected abstract string Member { get; }

    public override void Check()
    {
        var given = Value.ValueKind != JsonValueKind.Undefined;
        if (Missing == given) throw new ArgumentException($"'{Word}' needs either 'value' or 'missing'.");
    }

    protected override JsonObject Change(JsonObject body, Asked asked)
    {
        if (Missing) body.Remove(Member);
        else body[Member] = Node(ValueFor(asked));
        return body;
    }

    protected virtual JsonElement ValueFor(Asked asked) => Value;
}

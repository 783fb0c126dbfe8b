using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>The answer of <c>GET /v1/result/{id}</c>.</summary>
internal static class ResultBody
{
    /// <summary>The upstream's JSON writes <c>ü</c> and <c>'</c> as they are, unlike .NET's default.</summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Members in the order of the documents' samples (S0, S1, S2: <c>processing</c>). While pending, <c>video_url</c> and <c>error</c>
    /// are there and null, but <c>actualDuration</c> is not there at all; only a completed answer has it.
    /// </summary>
    public static ReadOnlyMemory<byte> Of(EmulatedTask task, EmulatedStatus status)
    {
        var buffer = new ArrayBufferWriter<byte>(320);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("id", task.Id);
        json.WriteString("object", "video");
        json.WriteNumber("created", task.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("model", task.Model);
        json.WriteString("status", status.Word());
        json.WriteString("video_url", status == EmulatedStatus.Completed ? task.VideoUrl : null);
        if (status == EmulatedStatus.Completed)
        {
            json.WritePropertyName("actualDuration");
            json.WriteRawValue(task.Family.ActualDuration, skipInputValidation: true);
        }

        json.WriteString("error", status == EmulatedStatus.Failed ? task.Family.Error : null);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}

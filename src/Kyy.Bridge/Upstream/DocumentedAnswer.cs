using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Kyy.Bridge.Upstream;

/// <summary>
/// An answer that is written just as the documents write it, read in one pass and with nothing allocated but what is kept: nearly every
/// answer is one. It only ever says what <see cref="UpstreamBodyReader.ReadAny"/> would say; whatever differs in the least, by a member
/// more, an escape or another kind of value, is left to that.
/// </summary>
internal ref struct DocumentedAnswer
{
    private ReadOnlySpan<byte> _id, _object, _status;
    private string? _model, _link, _error;
    private double? _created, _duration;
    private Member _seen;

    /// <summary>Null where it is written in any other way.</summary>
    public static UpstreamReply? Read(in UpstreamAnswer answer)
    {
        var content = answer.Content.Span.Trim(" \t\r\n"u8);
        // What is obviously no object is not to cost an exception here and another one there.
        if (content is not [(byte)'{', .., (byte)'}']) return null;
        var written = new DocumentedAnswer();
        return written.TryRead(content) && written._object.SequenceEqual("video"u8) && written.IsOf(answer.AskedId)
            ? written.Reply(answer)
            : null;
    }

    private readonly bool IsOf(string askedId) => _seen.HasFlag(Member.Id | Member.Status) && Ascii.Equals(_id, askedId);

    private readonly UpstreamReply Reply(in UpstreamAnswer answer)
    {
        var status = Encoding.ASCII.GetString(_status);
        var error = UpstreamFactsReader.NewError(null, _error, answer.Mask);
        var facts = UpstreamFactsReader.Of(new(status, _model, _created, _duration), error, answer.Mask, answer.Now);
        return UpstreamBodyReader.ReadStatus(status, _link is null ? [] : [_link], answer.Mask, facts);
    }

    private bool TryRead(ReadOnlySpan<byte> content)
    {
        var reader = new Utf8JsonReader(content);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                if (!TryReadMember(ref reader)) return false;
            }

            // What follows the object makes it none.
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool TryReadMember(scoped ref Utf8JsonReader reader)
    {
        var member = NameOf(reader.ValueSpan);
        if (member is Member.None || (_seen & member) is not Member.None) return false;
        _seen |= member;
        reader.Read();
        return member switch
        {
            Member.Id => TryRead(ref reader, out _id),
            Member.Object => TryRead(ref reader, out _object),
            Member.Status => TryRead(ref reader, out _status),
            _ when reader.TokenType is JsonTokenType.Null => true,
            Member.Model => TryRead(ref reader, out _model),
            Member.VideoUrl => TryRead(ref reader, out _link),
            Member.Error => TryRead(ref reader, out _error),
            Member.Created => TryRead(ref reader, out _created),
            _ => TryRead(ref reader, out _duration),
        };
    }

    private static bool TryRead(scoped ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        text = reader.ValueSpan;
        return reader.TokenType is JsonTokenType.String && !reader.ValueIsEscaped && !text.ContainsAnyExceptInRange((byte)' ', (byte)'~');
    }

    private static bool TryRead(scoped ref Utf8JsonReader reader, out string? text)
    {
        var isPlain = TryRead(ref reader, out ReadOnlySpan<byte> bytes);
        text = isPlain ? Encoding.ASCII.GetString(bytes) : null;
        return isPlain;
    }

    private static bool TryRead(scoped ref Utf8JsonReader reader, out double? number)
    {
        number = null;
        if (reader.TokenType is not JsonTokenType.Number) return false;
        if (!double.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return false;
        number = value;
        return true;
    }

    // An escaped name is none of these.
    private static Member NameOf(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("id"u8) => Member.Id,
        _ when name.SequenceEqual("object"u8) => Member.Object,
        _ when name.SequenceEqual("created"u8) => Member.Created,
        _ when name.SequenceEqual("model"u8) => Member.Model,
        _ when name.SequenceEqual("status"u8) => Member.Status,
        _ when name.SequenceEqual("video_url"u8) => Member.VideoUrl,
        _ when name.SequenceEqual("actualDuration"u8) => Member.ActualDuration,
        _ when name.SequenceEqual("error"u8) => Member.Error,
        _ => Member.None,
    };

    [Flags]
    private enum Member
    {
        None = 0,
        Id = 1,
        Object = 2,
        Created = 4,
        Model = 8,
        Status = 16,
        VideoUrl = 32,
        ActualDuration = 64,
        Error = 128,
    }
}

using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>
/// What holds for any answer whatever. A property that fails says with which seed and which answer: <c>Config.WithReplay</c> of that
/// seed runs it again.
/// </summary>
public class UpstreamReplyReaderProperties
{
    private const int Answers = 4_000;

    [Fact]
    public void Any_answer_is_read_without_an_exception_and_ends_a_task_only_with_an_understood_end_of_the_right_id()
    {
        var ended = 0;
        Check(GeneratedAnswers.Any, answer =>
        {
            var end = EndOf(Read(answer));
            var understood = AnswerOracle.End(answer);
            if (end is not null) end.ShouldBe(understood);
            if (AnswerOracle.IsPlain(answer)) end.ShouldBe(understood);
            if (end is not null) ended++;
        });

        // Otherwise the property would say nothing.
        ended.ShouldBeGreaterThan(Answers / 50);
    }

    [Fact]
    public void Any_answer_about_another_task_ends_none() => Check(GeneratedAnswers.Any, answer =>
        EndOf(Read(answer with { AskedId = "another task" })).ShouldBeNull());

    [Fact]
    public void Every_well_formed_end_of_the_right_task_ends_it() => Check(GeneratedAnswers.Ends, generated =>
    {
        EndOf(Read(generated.Answer)).ShouldBe(generated.End);
        AnswerOracle.End(generated.Answer).ShouldBe(generated.End);
    });

    [Fact]
    public void Every_text_of_any_reply_is_storable_and_bounded_and_never_shows_the_key()
    {
        var shown = 0;
        Check(GeneratedAnswers.Any, answer =>
        {
            foreach (var (text, maxBytes) in TextsOf(Read(answer)).Append((AnswerExcerpt.Of(answer.Body, Upstream.Answers.Mask), 512)))
            {
                if (text is null) continue;
                ShouldBeStorable(text, maxBytes);
                Readings(text).Any(ShowsTheKey).ShouldBeFalse(text);
                if (text.Contains("***", StringComparison.Ordinal)) shown++;
            }
        });

        shown.ShouldBeGreaterThan(Answers / 50);
    }

    [Fact]
    public void Any_wait_that_is_asked_for_is_above_zero_and_at_most_a_day() => Check(GeneratedAnswers.Any, answer =>
    {
        var wait = Read(answer) switch
        {
            UpstreamReply.Throttled throttled => throttled.RetryAfter,
            UpstreamReply.Unreachable unreachable => unreachable.RetryAfter,
            _ => null,
        };
        if (wait is not null) wait.Value.ShouldBeInRange(TimeSpan.FromTicks(1), TimeSpan.FromDays(1));
    });

    private static void Check<T>(Arbitrary<T> arbitrary, Action<T> property) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(Answers).WithQuietOnSuccess(true), Prop.ForAll(arbitrary, property));

    private static UpstreamReply Read(GeneratedAnswer answer) => UpstreamReplyReader.Read(
        new(answer.AskedId, answer.StatusCode, answer.RetryAfter, answer.Body, Upstream.Answers.Mask, Upstream.Answers.Now));

    private static string? EndOf(UpstreamReply reply) => reply switch
    {
        UpstreamReply.Completed or UpstreamReply.CompletedWithoutUrl => "completed",
        UpstreamReply.Failed => "failed",
        UpstreamReply.Cancelled => "cancelled",
        UpstreamReply.Expired => "expired",
        UpstreamReply.Reading and not UpstreamReply.Waiting => "an end that no test names",
        _ => null,
    };

    private static IEnumerable<(string? Text, int MaxBytes)> TextsOf(UpstreamReply reply)
    {
        var facts = reply switch
        {
            UpstreamReply.Reading reading => reading.Facts,
            UpstreamReply.NotUnderstood odd => odd.Facts,
            _ => UpstreamFacts.None,
        };
        yield return (facts.RawStatus, 200);
        yield return (facts.Model, 200);
        yield return (facts.Error?.Code, 200);
        yield return (facts.Error?.Message, 2048);
        if (reply is UpstreamReply.Completed completed) yield return (string.Concat(completed.Urls), 6 * 1024);
    }

    private static void ShouldBeStorable(string text, int maxBytes)
    {
        // Throws for half a surrogate pair.
        new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text).ShouldBeLessThanOrEqualTo(maxBytes);
        text.Any(char.IsControl).ShouldBeFalse(text);
        text.ShouldNotBeNullOrWhiteSpace();
    }

    private static bool ShowsTheKey(string text) => text.Contains(Upstream.Answers.Key, StringComparison.OrdinalIgnoreCase);

    // As somebody reads it who undoes the escapes.
    private static string[] Readings(string text)
    {
        var once = Regex.Replace(text, @"\\+u([0-9a-fA-F]{4})", escape => $"{(char)Convert.ToUInt16(escape.Groups[1].Value, 16)}");
        return [text, once, Uri.UnescapeDataString(text), WebUtility.HtmlDecode(text), text.Replace(" ", "", StringComparison.Ordinal)];
    }
}

using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>JSON of any kind, written as text, so that it may also be what no writer of JSON would write.</summary>
internal static class GeneratedJson
{
    /// <summary>The key as an upstream may repeat it, ready to stand within a JSON string.</summary>
    public static Gen<string> KeyWithinText { get; } = Gen.Elements(
        Answers.Key, Answers.Key.ToUpperInvariant(), Escaped(Answers.Key), "\\u0073" + Answers.Key[1..], "\\\\u0073" + Answers.Key[1..],
        "%73" + Answers.Key[1..], "&#115;" + Answers.Key[1..], Answers.Key.Insert(4, "\\u0000"), Answers.Key.Insert(9, "\\r\\n"),
        $"Authorization: Bearer {Answers.Key}", Answers.Key[..^2]);

    /// <summary>What stands between the quotes of a JSON string.</summary>
    public static Gen<string> Text { get; } = Gen.Frequency(
        (4, Gen.Elements(
            "", " ", "bad prompt", "视频", "a\\r\\nb", "\\u0000", "\\ud800",
            "\\udc00\\ud800", "\\ud83d\\ude00", "\\/", "\\\"", "<b>HTML</b>")),
        (2, KeyWithinText.Select(key => $"see {key}!")),
        (2, from before in Gen.Choose(0, 2100) from key in KeyWithinText select new string('é', before) + key),
        (1, ArbMap.Default.GeneratorFor<string>().Select(text => Escaped(text ?? ""))),
        (1, Gen.Elements(
            "https://c.example.test/a?X-Sig=secret&e=1", "https:\\/\\/c.example.test\\/a", "http://127.0.0.1/a", "file:///etc/passwd")));

    /// <summary>A string, plain or in escapes.</summary>
    public static Gen<string> String(string text) =>
        Gen.Frequency((4, Gen.Constant($"\"{text}\"")), (1, Gen.Constant($"\"{Escaped(text)}\"")));

    public static Gen<string> Value { get; } = Gen.Sized(NewValue);

    /// <summary>Every character as an escape.</summary>
    public static string Escaped(string text) =>
        string.Concat(text.Select(c => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture)));

    private static Gen<string> Scalar { get; } = Gen.Frequency(
        (2, Gen.Elements("null", "true", "false", "{}", "[]")),
        (3, Gen.Elements(
            "0", "-1", "5", "5.0", "200", "401", "429", "500", "1e999", "-0", "1761635478", "1761635478123", "99999999999999999999")),
        (3, Text.Select(text => $"\"{text}\"")));

    private static Gen<string> NewValue(int size) => size < 2 ? Scalar : Gen.Frequency(
        (3, Scalar),
        (1, NewValue(size / 3).ListOf(3).Select(many => $"[{string.Join(',', many)}]")),
        (1, from name in Text
            from value in NewValue(size / 3)
            from message in Text
            select $$"""{"{{name}}":{{value}},"message":"{{message}}"}"""));
}

using System.Text;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>One HTTP answer to the question for one task, as a generator made it up.</summary>
internal sealed record GeneratedAnswer(string AskedId, int StatusCode, string[] RetryAfter, byte[] Body)
{
    /// <summary>Simpler answers that may fail for the same reason: with a part of the body left out.</summary>
    public static IEnumerable<GeneratedAnswer> Simpler(GeneratedAnswer answer)
    {
        for (var length = (answer.Body.Length + 1) / 2; length > 0; length = length == 1 ? 0 : (length + 1) / 2)
        {
            for (var at = 0; at + length <= answer.Body.Length; at += length)
                yield return answer with { Body = [.. answer.Body[..at], .. answer.Body[(at + length)..]] };
        }
    }

    /// <summary>For the message of a property that does not hold.</summary>
    public override string ToString() =>
        $"asked for {AskedId}, answered {StatusCode} [{string.Join(" | ", RetryAfter)}] "
        + $"{Encoding.UTF8.GetString(Body)} ({Convert.ToHexString(Body)})";
}

using System.Text;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

public class UpstreamReplyReaderFuzzTests
{
    private static readonly int[] _statusCodes = [200, 200, 200, 200, 204, 302, 400, 401, 404, 429, 500, -1, int.MaxValue];

    [Fact]
    public void Read_RandomBytes_NeverThrowsAndNeverEndsATask()
    {
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var body = new byte[random.Next(200)];
            random.NextBytes(body);
            var header = Encoding.Latin1.GetString(body.AsSpan(0, body.Length / 8));
            Answers.Read(body, Pick(random, _statusCodes), header).ShouldNotBeAssignableTo<UpstreamReply.Reading>();
        }
    }

    [Fact]
    public void Read_MutatedFixtures_NeverThrowsAndNeverEndsAnotherTask()
    {
        var random = new Random(2);
        foreach (var name in UpstreamFixtures.Names)
        {
            for (var round = 0; round < 2_000; round++)
            {
                var body = Mutate(UpstreamFixtures.Bytes(name), random);
                Answers.Read(body, id: "another task").Line().ShouldNotMatch("^(Completed|Failed|Cancelled|Expired)");
                Answers.Read(body, id: (string)UpstreamFixtures.Json(name)["id"]!).Line().ShouldNotBeEmpty();
            }
        }
    }

    [Fact]
    public void Read_RandomTokensOfTheFormat_NeverThrowsAndNeverEndsAnotherTask()
    {
        string[] tokens =
        [
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\\ud83d", "\\u0000", "null", "true", "1e999", "-0", "\"id\":", "\"video_1\"",
            "\"status\":", "\"failed\"", "\"completed\",", "\"code\":0,", "\"data\":{", "\"error\":{", "\"video_url\":[",
            "\"https://c.example.test\"", "\"created\":",
        ];
        var random = new Random(3);
        for (var round = 0; round < 50_000; round++)
        {
            var body = "{" + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Pick(random, tokens))) + "}";
            Answers.Read(Encoding.UTF8.GetBytes(body), id: "another task").Line().ShouldNotMatch("^(Completed|Failed|Cancelled|Expired)");
        }
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        for (var times = random.Next(1, 6); times > 0; times--)
        {
            var at = random.Next(body.Length);
            var length = random.Next(1, Math.Min(12, body.Length - at) + 1);
            body = random.Next(4) switch
            {
                0 => [.. body[..at], .. body[(at + length)..], (byte)'}'],
                1 => [.. body[..at], .. body[at..(at + length)], .. body[at..]],
                2 => [.. body[..at], (byte)random.Next(256), .. body[(at + 1)..]],
                _ => [.. body[..at], .. "\\ud800"u8, .. body[at..]],
            };
        }

        return body;
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}

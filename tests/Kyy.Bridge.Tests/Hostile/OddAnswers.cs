using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>Answers that are another's, too large, packed or wrapped: E17, E18, E20, E31 to E33, E37, E38.</summary>
internal static class OddAnswers
{
    private const EmulatedStatus Completed = EmulatedStatus.Completed;
    private const long Bomb = 100_000_000;

    public static readonly ImmutableArray<Misbehaviour> All =
    [
        Once("E17", "another's id", new IdentityFault { As = Completed, Id = Fault.Json("\"vgen_another\"") }),
        Once("E17", "no id", new IdentityFault { As = EmulatedStatus.Failed, Id = Fault.Json("null") }),
        Once("E17", "an error object", new IdentityFault { As = EmulatedStatus.Failed, Object = Fault.Json("\"error\"") }),
        Once("E17", "an image", new IdentityFault { As = Completed, Object = Fault.Json("\"image.generation\"") }),
        Once("E17", "another family's model", new IdentityFault { Model = Fault.Json("\"sora-2\"") }),
        .. Enum.GetValues<HugeFraming>().Select(framing => Once("E18", $"100 MB, {framing}", new HugeFault { Framing = framing })),
        Once("E18", "a million keys", new HugeFault { Shape = HugeShape.Keys, Size = 1_000_000 }),
        Once("E18", "10,000 deep", new HugeFault { Shape = HugeShape.Depth, Size = 10_000 }),
        .. Enum.GetValues<ContentCoding>().Select(coding => Always("E20", $"{coding}", new EncodingFault { Coding = coding })),
        .. new[] { ContentCoding.Gzip, ContentCoding.Deflate, ContentCoding.Br }
            .Select(coding => Once("E20", $"{coding} bomb", new EncodingFault { Coding = coding, Bomb = Bomb })),
        Once("E20", "plain, labelled gzip", new EncodingFault { Coding = ContentCoding.Identity, Label = "gzip" }),
        Once("E20", "gzip, labelled br", new EncodingFault { Label = "br" }),
        Once("E20", "gzip, labelled nothing known", new EncodingFault { Label = "zipped" }),
        .. new[] { "\"0\"", "0", "200" }.Select(code => Always("E31", $"code {code}", new EnvelopeFault { Code = Fault.Json(code) })),
        .. Enum.GetValues<JsonOddity>().Select(kind => Always("E32", $"{kind}", new OddJsonFault { Kind = kind })),
        .. Enum.GetValues<CreatedForm>().Select(form => Always("E33", $"{form}", new CreatedFault { Form = form })),
        Always("E37", "two backends", new StaleReplicaFault()),
        Always("E38", "a day behind", new DateSkewFault { By = TimeSpan.FromDays(-1) }),
        Always("E38", "a day ahead", new DateSkewFault { By = TimeSpan.FromDays(1) }),
    ];

    private static Misbehaviour Once(string number, string name, Fault fault) => RefusedRequests.Once(number, name, fault);

    private static Misbehaviour Always(string number, string name, Fault fault) => new(number, name) { Rules = [new() { Does = fault }] };
}

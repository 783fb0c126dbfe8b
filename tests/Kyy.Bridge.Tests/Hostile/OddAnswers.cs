using System.Collections.Immutable;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using static Kyy.Bridge.Tests.Hostile.Expected;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>Answers that are another's, too large, packed or wrapped: E17, E18, E20, E31 to E33, E37, E38.</summary>
internal static class OddAnswers
{
    private const EmulatedStatus Completed = EmulatedStatus.Completed;
    private const long Bomb = 100_000_000;

    private static readonly Expected NotOurs = TroubleOfItsOwn("not_ours");
    private static readonly Expected OfNoTask = TroubleOfItsOwn("not_found 200");
    private static readonly Expected TooLarge = TroubleOfTheLane("too_large"), BadBody = TroubleOfTheLane("bad_body");
    private static readonly Expected Forwards =
        new() { Polls = null, Events = [EventTypes.TaskQueued, EventTypes.TaskProcessing, EventTypes.TaskCompleted] };

    public static readonly ImmutableArray<Misbehaviour> All =
    [
        Once("E17", "another's id", new IdentityFault { As = Completed, Id = Fault.Json("\"vgen_another\"") }, NotOurs),
        Once("E17", "no id", new IdentityFault { As = EmulatedStatus.Failed, Id = Fault.Json("null") }, OfNoTask),
        Once("E17", "an error object", new IdentityFault { As = EmulatedStatus.Failed, Object = Fault.Json("\"error\"") }, NotOurs),
        Once("E17", "an image", new IdentityFault { As = Completed, Object = Fault.Json("\"image.generation\"") }, NotOurs),
        // It is about the right id, and says no end: the task stays in its family.
        Once("E17", "another family's model", new IdentityFault { Model = Fault.Json("\"sora-2\"") }, Nothing),
        .. Enum.GetValues<HugeFraming>()
            .Select(framing => Once("E18", $"100 MB, {framing}", new HugeFault { Framing = framing }, TooLarge)),
        Once("E18", "a million keys", new HugeFault { Shape = HugeShape.Keys, Size = 1_000_000 }, TooLarge),
        Once("E18", "10,000 deep", new HugeFault { Shape = HugeShape.Depth, Size = 10_000 }, BadBody),
        .. Enum.GetValues<ContentCoding>().Select(coding => Always("E20", $"{coding}", new EncodingFault { Coding = coding }, Nothing)),
        .. new[] { ContentCoding.Gzip, ContentCoding.Deflate, ContentCoding.Br }
            .Select(coding => Once("E20", $"{coding} bomb", new EncodingFault { Coding = coding, Bomb = Bomb }, TooLarge)),
        Once("E20", "plain, labelled gzip", new EncodingFault { Coding = ContentCoding.Identity, Label = "gzip" }, BadBody),
        Once("E20", "gzip, labelled br", new EncodingFault { Label = "br" }, BadBody),
        Once("E20", "gzip, labelled nothing known", new EncodingFault { Label = "zipped" }, BadBody),
        .. new[] { "\"0\"", "0", "200" }
            .Select(code => Always("E31", $"code {code}", new EnvelopeFault { Code = Fault.Json(code) }, Nothing)),
        .. Enum.GetValues<JsonOddity>().Select(kind => Always("E32", $"{kind}", new OddJsonFault { Kind = kind }, Of(kind))),
        .. Enum.GetValues<CreatedForm>().Select(form => Always("E33", $"{form}", new CreatedFault { Form = form },
            Nothing with { KnowsCreation = form is CreatedForm.Milliseconds or CreatedForm.Text })),
        // Queued again to whoever believes the replica: it is shown as processing between.
        Always("E37", "two backends", new StaleReplicaFault(), Forwards)
            with { Times = (TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(90)) },
        Always("E38", "a day behind", new DateSkewFault { By = TimeSpan.FromDays(-1) }, Nothing),
        Always("E38", "a day ahead", new DateSkewFault { By = TimeSpan.FromDays(1) }, Nothing),
    ];

    // What contradicts itself tells of no end, however often it does.
    private static Expected Of(JsonOddity kind) =>
        kind == JsonOddity.DuplicateKeys ? TroubleOfItsOwn("not_understood") with { End = null, KnowsCreation = false } : Nothing;

    private static Misbehaviour Once(string number, string name, Fault fault, Expected expect) =>
        RefusedRequests.Once(number, name, fault, expect);

    private static Misbehaviour Always(string number, string name, Fault fault, Expected expect) =>
        new(number, name, expect) { Rules = [new() { Does = fault }] };
}

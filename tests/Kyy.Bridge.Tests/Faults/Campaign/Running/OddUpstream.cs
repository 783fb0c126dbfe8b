using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>How the upstream misbehaves in a campaign: in every way that leaves it true how a task has ended.</summary>
internal sealed class OddUpstream(FaultRules rules)
{
    private const int Small = 300_000;

    // Those that say of a task what is not so would end it wrongly, and rightly so.
    private static readonly Fault[] Kinds =
    [
        new ThrottleFault(), new ThrottleFault { RetryAfter = "1" }, new ThrottleFault { RetryAfter = "abc" },
        new StatusFault { Code = 500 }, new StatusFault { Code = 502 }, new StatusFault { Code = 503, RetryAfter = "1" },
        new StatusFault { Code = 504 }, new StatusFault { Code = 522 },
        new HtmlFault(), new HtmlFault { ContentType = "application/json" }, new HtmlFault { Code = 502 },
        new TruncatedFault(), new TruncatedFault { Length = TruncatedLength.Full },
        new EmptyFault(), new EmptyFault { Code = 204 }, new EmptyFault { Code = 202 }, new EmptyFault { Code = 304 },
        new JsonValueFault { Value = Fault.Json("null") }, new JsonValueFault { Value = Fault.Json("[]") },
        new StatusWordFault { Value = Fault.Json("\"thinking\"") }, new StatusWordFault { Missing = true },
        new StatusWordFault { Value = Fault.Json("7") },
        new VideoUrlFault { Missing = true, As = EmulatedStatus.Processing },
        new ActualDurationFault { Value = Fault.Json("\"5\"") }, new ActualDurationFault { Missing = true },
        new IdentityFault { Id = Fault.Json("\"another\"") }, new IdentityFault { Id = Fault.Json("null") },
        new IdentityFault { Object = Fault.Json("\"error\"") },
        new HugeFault { Size = Small }, new HugeFault { Shape = HugeShape.Keys, Size = 20_000 },
        new HugeFault { Shape = HugeShape.Depth, Size = 10_000 },
        new DripFault { Between = Scaled(0.3) }, new StallFault(), new StallFault { At = StallPlace.AfterHeaders },
        new StallFault { At = StallPlace.MidBody }, new StallFault { For = Scaled(0.5) },
        new EncodingFault(), new EncodingFault { Coding = ContentCoding.Br, Label = "gzip" }, new EncodingFault { Bomb = 10_000_000 },
        new RedirectFault(), new RedirectFault { To = RedirectTarget.OtherHost, Code = 307 },
        new RedirectFault { To = RedirectTarget.Loop },
        new ResetFault { At = CutPlace.Accept }, new ResetFault(), new ResetFault { At = CutPlace.MidBody },
        new CloseFault { At = CutPlace.Accept }, new CloseFault(), new CloseFault { At = CutPlace.MidBody },
        .. Enum.GetValues<HttpOddity>().Select(kind => new HttpOddityFault { Kind = kind }),
        .. Enum.GetValues<JsonOddity>().Select(kind => new OddJsonFault { Kind = kind }),
        .. Enum.GetValues<CreatedForm>().Select(form => new CreatedFault { Form = form }),
        new KeyRefusedFault(), new KeyRefusedFault { Code = 402 }, new KeyRefusedFault { Code = 403, Envelope = true },
        new NoRouteFault(), new EnvelopeFault(), new DateSkewFault { By = TimeSpan.FromHours(1) },
    ];

    // A task that is to end so says so from some age on, whoever asks.
    private static readonly FaultRule Expired = new()
    {
        Does = new StatusWordFault { Value = Fault.Json("\"expired\"") },
        Id = "c-expired-*",
        OlderThan = Scaled(3),
    };

    private readonly Lock _gate = new();
    private readonly List<FaultRule> _active = [];

    /// <summary>Sets up what holds all the time.</summary>
    public void Begin() => Apply();

    /// <summary>Misbehaves in one way towards a share of the polls; the key is refused to all or to none.</summary>
    /// <returns>The rule, to <see cref="End"/>, and a word for it.</returns>
    public (FaultRule Rule, string Word) Odd(int kind, double share)
    {
        var fault = Kinds[kind % Kinds.Length];
        var rule = new FaultRule { Does = fault, Probability = fault is KeyRefusedFault or NoRouteFault ? 1 : share };
        Add(rule);
        return (rule, fault.Word);
    }

    /// <summary>Answers nobody.</summary>
    public FaultRule Down()
    {
        var rule = new FaultRule { Does = new StatusFault { Code = 503 } };
        lock (_gate) _active.Insert(0, rule);
        Apply();
        return rule;
    }

    public void End(FaultRule rule)
    {
        lock (_gate) _active.RemoveAll(one => ReferenceEquals(one, rule));
        Apply();
    }

    private static TimeSpan Scaled(double seconds) => TimeSpan.FromSeconds(seconds) / World.TimeScale;

    private void Add(FaultRule rule)
    {
        lock (_gate) _active.Add(rule);
        Apply();
    }

    private void Apply()
    {
        lock (_gate) rules.Replace([.. _active, Expired]);
    }
}

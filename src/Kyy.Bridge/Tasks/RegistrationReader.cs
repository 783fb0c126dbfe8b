using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries.Guard;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tasks;

/// <summary>Reads one registration: the whole body of the single route and each item of a batch.</summary>
internal sealed class RegistrationReader(ModelCatalogue catalogue, CallbackRules callbacks, UpstreamOptions upstream)
{
    private const int LongestId = 200, LongestReference = 200, LargestMetadata = 4 << 10;
    private const int ShortestDeadline = 60, LongestDeadline = 604_800;

    private static readonly string[] Tiers = [ServiceTiers.Default, ServiceTiers.Flex];

    private readonly string[] _families = [.. catalogue.Families.Where(family => family != catalogue.Default).Select(family => family.Id)];

    /// <summary>A registration, or all that is wrong with it.</summary>
    public (Registration? Registration, ProblemResult? Refusal) Read(JsonElement value, Registrant client)
    {
        var members = new MemberReader(value);
        var family = members.Choice("family", _families);
        var tier = Tier(members, family);
        var seconds = members.OptionalInteger("deadline_seconds", ShortestDeadline, LongestDeadline);
        var registration = new Registration
        {
            Client = client.Id,
            UpstreamKey = Key(members, client),
            TaskId = Id(members),
            Callback = Callback(members),
            Family = family,
            ServiceTier = tier,
            Reference = members.OptionalText("reference", LongestReference),
            Metadata = members.Object("metadata", LargestMetadata),
            DeadlineSeconds = seconds,
            Deadline = seconds is { } own ? TimeSpan.FromSeconds(own) : FamilyOf(family).DeadlineFor(tier == ServiceTiers.Flex),
            Restart = members.Flag("restart") ?? false,
        };
        if (members.Flag("archive") is true) members.Fault("archive", "must be false or left out: the archive is off on this server");
        return members.Refusal() is { } refusal ? (null, refusal) : (registration, null);
    }

    private static string Id(MemberReader members)
    {
        var id = members.Text("task_id", LongestId);
        // As a segment of a path they mean another path.
        if (id is "." or "..") members.Fault("task_id", "must not be . or ..");
        return id;
    }

    private string? Tier(MemberReader members, string? family)
    {
        var tier = members.Choice("service_tier", Tiers);
        if (tier != ServiceTiers.Flex) return tier;
        if (family is null) members.Fault("service_tier", "must come with family: only some families have a flex tier");
        else if (FamilyOf(family).FlexWindow is null) members.Fault("service_tier", $"must be {ServiceTiers.Default}: {family} has no flex tier");
        return tier;
    }

    // The client's own key goes before the operator's of the same name, which is default.
    private Guid Key(MemberReader members, Registrant client)
    {
        var name = members.OptionalText("upstream_key", UpstreamKeyReader.LongestName) ?? OperatorUpstreamKey.Name;
        if (client.Keys.TryGetValue(name, out var own)) return own;
        if (name != OperatorUpstreamKey.Name)
            Fault("must be the name of one of the client's upstream keys: PUT /v1/upstream-keys/{name} makes one");
        else if (!client.MayUseOperatorKey)
            Fault("must be a key of the client's own, as it may not use the operator's: PUT /v1/upstream-keys/default makes one");
        else if (upstream.ApiKey is null)
            Fault("there is none: PUT /v1/upstream-keys/default makes one, or the operator has to set Bridge:Upstream:ApiKey");
        return UpstreamKey.Operator;

        void Fault(string message) => members.Fault("upstream_key", message);
    }

    private Callback? Callback(MemberReader members)
    {
        var address = callbacks.Read(members, "callback_url");
        var events = members.Choices("events", CallbackEvents.All);
        if (address is not null) return new(address.Url, address.Host, events ?? CallbackEvents.Ends, events is not null);
        if (events is not null && !members.Has("callback_url"))
            members.Fault("events", "must come with callback_url: they say what it gets");
        return null;
    }

    private ModelFamily FamilyOf(string? id) => id is null ? catalogue.Default : catalogue.Find(id) ?? catalogue.Default;
}

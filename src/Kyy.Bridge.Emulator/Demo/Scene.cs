using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>One task of the demo: what the upstream does with it, and how the bridge is told of it.</summary>
/// <param name="Task">The upstream's side.</param>
internal sealed record Scene(NewTask Task)
{
    /// <summary>By which every task of a demo is found again.</summary>
    public const string Reference = "demo";

    /// <summary>Without it the bridge reads the family from the model in the upstream's first answer.</summary>
    public bool NamesFamily { get; init; } = true;

    /// <summary>Whether the receiver answers 500 to its first webhook, so that a second attempt is seen.</summary>
    public bool IsAnsweredBadlyAtFirst { get; init; }

    public TaskRegistration Registration(string taskId, Uri callback) => new()
    {
        TaskId = taskId,
        Reference = Reference,
        CallbackUrl = callback.AbsoluteUri,
        Family = NamesFamily ? Task.Family.Name : null,
        ServiceTier = Task.Tier == ServiceTier.Flex ? ServiceTiers.Flex : null,
    };
}

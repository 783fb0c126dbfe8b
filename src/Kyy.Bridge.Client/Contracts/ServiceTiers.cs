namespace Kyy.Bridge.Client.Contracts;

/// <summary>The upstream's service tiers; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class ServiceTiers
{
    /// <summary>The ordinary one.</summary>
    public const string Default = "default";

    /// <summary>The cheaper and slower one of Seedance 1.5. The upstream's answers do not show it, so it has to be registered.</summary>
    public const string Flex = "flex";
}

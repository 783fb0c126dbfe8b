namespace Kyy.Bridge.Polling.Budgets;

/// <summary>The states of a budget, which are those of the upstream keys that have it.</summary>
internal static class BudgetStates
{
    public const string Active = "active";

    /// <summary>Left alone for a while, after 429 or an outage.</summary>
    public const string Throttled = "throttled";

    /// <summary>Refused by the upstream.</summary>
    public const string Rejected = "rejected";
}

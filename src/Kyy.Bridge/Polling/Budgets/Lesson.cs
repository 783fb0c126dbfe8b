namespace Kyy.Bridge.Polling.Budgets;

/// <summary>What one answer says about the key it was asked with, besides what it says about its task.</summary>
internal sealed record Lesson
{
    /// <summary>Nothing new: the key works as before.</summary>
    public static Lesson None { get; } = new();

    /// <summary>What has to be done with the budget; null for nothing.</summary>
    public BudgetChange? Change { get; init; }

    /// <summary>Earlier refusals that are known to be their tasks' own by now, since the key was answered.</summary>
    public IReadOnlyList<Refusal> Theirs { get; init; } = [];
}

/// <summary>A change of a budget's state. The set is closed.</summary>
internal abstract record BudgetChange
{
    private BudgetChange()
    {
    }

    /// <summary>No call for a while.</summary>
    /// <param name="Reason">A word for why, as in a task's <c>last_failure.kind</c>.</param>
    /// <param name="StatusCode">The HTTP status, where that was it.</param>
    /// <param name="AskedFor">How long the upstream asked to be left alone, capped; null where it did not.</param>
    /// <param name="LowersPace">Whether the rate was too high.</param>
    internal sealed record Pause(string Reason, int? StatusCode, TimeSpan? AskedFor, bool LowersPace) : BudgetChange;

    /// <summary>The upstream refuses the key.</summary>
    /// <param name="StatusCode">401, 402 or 403.</param>
    internal sealed record Reject(int StatusCode) : BudgetChange;

    /// <summary>The one call after a pause was answered: calls go on.</summary>
    internal sealed record Reopen : BudgetChange;
}

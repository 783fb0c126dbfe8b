using Kyy.Bridge.Outcomes;

namespace Kyy.Bridge.Polling.Estimates;

/// <summary>What the poll that found a video finished tells about how long such videos take.</summary>
internal static class Observation
{
    /// <summary>
    /// The observation of a <c>completed</c> task; null where it tells nothing: no model was named; the base URL is a client's own, which
    /// could teach everybody what it likes; or no answer before this one said that it was not finished, so that it may have been for days.
    /// </summary>
    /// <param name="model">The model as the upstream named it, in this answer or an earlier one.</param>
    /// <param name="tier">The task's tier.</param>
    /// <param name="age">The task's age at the claim of this poll.</param>
    /// <param name="ageBefore">Its age at the poll before; null where this is the first, or where that one brought no usable answer.</param>
    /// <param name="isOperatorsBaseUrl">Whether the answer came from <c>Bridge:Upstream:BaseUrl</c>.</param>
    public static ObservedDuration? Of(string? model, string tier, TimeSpan age, TimeSpan? ageBefore, bool isOperatorsBaseUrl) =>
        isOperatorsBaseUrl && model is not null && ageBefore is { } from && from >= TimeSpan.Zero && from < age
            ? new(model, tier, from, age)
            : null;
}

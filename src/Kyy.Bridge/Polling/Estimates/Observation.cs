using Kyy.Bridge.Client.Contracts;
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
    /// <param name="ageBefore">Its age at the last answer that was not yet the end: <see cref="AgeBefore"/>.</param>
    /// <param name="isOperatorsBaseUrl">Whether the answer came from <c>Bridge:Upstream:BaseUrl</c>.</param>
    public static ObservedDuration? Of(string? model, string tier, TimeSpan age, TimeSpan? ageBefore, bool isOperatorsBaseUrl) =>
        isOperatorsBaseUrl && model is not null && ageBefore is { } from && from >= TimeSpan.Zero && from < age
            ? new(model, tier, from, age)
            : null;

    /// <summary>
    /// The age at the last answer that said "not finished"; null where the poll before said nothing of the kind. After an outage, or after
    /// answers that were no answer, the video may have been finished for as long as that lasted.
    /// </summary>
    /// <param name="task">The task, as this poll has claimed it.</param>
    /// <param name="sincePollBefore">From the claim before to this one, by PostgreSQL's clock; null where this is the first.</param>
    /// <param name="isLaneFailing">Whether the lane's last polls failed, as of this claim.</param>
    public static TimeSpan? AgeBefore(DueTask task, TimeSpan? sincePollBefore, bool isLaneFailing) =>
        isLaneFailing || task.Status == TaskStatuses.Registered || task.ConsecutiveFailures > 0 || task.NotFound > 0 || task.UrlMissing > 0
            ? null
            : task.Age - sincePollBefore;
}

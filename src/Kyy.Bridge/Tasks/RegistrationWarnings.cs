using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tasks;

/// <summary>What whoever registers a task should know, in the answer to the registration alone.</summary>
internal static class RegistrationWarnings
{
    public static IEnumerable<string> Of(BridgeTask task, bool isHeard, ModelCatalogue catalogue)
    {
        // Nothing will be sent: the feed, waiting and lists still work, but a forgotten callback is likelier.
        if (!isHeard) yield return TaskWarnings.NoDestination;
        // An offline task may take longer than the upstream keeps its record (S2: one day).
        if (task.Family is { } family && catalogue.Find(family)?.RecordLife < task.DeadlineAt - task.RegisteredAt)
            yield return TaskWarnings.RecordMayExpireFirst;
    }
}

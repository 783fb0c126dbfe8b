using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Limits;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Tasks;

/// <summary>Registers the items of a batch: the bad ones are told one by one, the others are registered.</summary>
internal static class TaskBatch
{
    /// <summary>Items at most.</summary>
    public const int Largest = 10_000;

    public static async Task<BatchResult> RegisterAsync(
        IReadOnlyList<JsonElement> items, Registrant client, Caller caller, RegistrationReader reader, TaskRegistrar registrar, Quota quota,
        CancellationToken cancellation)
    {
        var results = new BatchItemResult[items.Count];
        var good = new List<(int Index, Registration Registration)>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var (registration, refusal) = reader.Read(items[i], client);
            if (registration is not null) good.Add((i, registration));
            else results[i] = Refused(i, refusal!);
        }

        var registered = await quota.RegisterAsync(
            caller, good.Count, room => registrar.RegisterAsync([.. good.Take(room).Select(item => item.Registration)], cancellation), cancellation);
        for (var i = 0; i < good.Count; i++)
            results[good[i].Index] = i < registered.Count ? Of(good[i].Index, registered[i]) : Refused(good[i].Index, quota.Refusal);
        return new(
            results,
            Created: results.Count(result => result.Status == StatusCodes.Status201Created),
            Existing: results.Count(result => result.Status == StatusCodes.Status200OK),
            Rejected: results.Count(result => result.Problem is not null));
    }

    private static BatchItemResult Of(int index, RegistrationResult result) => result switch
    {
        RegistrationResult.Created(var id) => new() { Index = index, Status = StatusCodes.Status201Created, Id = TypeId.Format(TypeId.Task, id) },
        RegistrationResult.Existing(var id) => new() { Index = index, Status = StatusCodes.Status200OK, Id = TypeId.Format(TypeId.Task, id) },
        _ => Refused(index, TaskProblems.Of(result)),
    };

    private static BatchItemResult Refused(int index, ProblemResult refusal) =>
        new() { Index = index, Status = refusal.Problem.Status, Problem = refusal.Problem };
}

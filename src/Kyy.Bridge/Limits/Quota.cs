using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Tasks;

namespace Kyy.Bridge.Limits;

/// <summary>The room that a client has for new tasks.</summary>
internal sealed class Quota(TasksInFlight tasks, LimitsSettings limits)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    public ProblemResult Refusal => Problems.Quota(
        $"{limits.TasksInFlight} tasks of this client are in flight, which is its limit: wait for ends, or stop some.", Wait);

    /// <summary>
    /// Registers as many of the first ones as there is room for. Whether one was there already is known only afterwards: it needs room for a
    /// moment, and gives it back.
    /// </summary>
    /// <param name="caller">Whose request it is; an admin has no limits.</param>
    /// <param name="wanted">How many.</param>
    /// <param name="register">Registers that many of the first ones.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<RegistrationResult>> RegisterAsync(
        Caller caller, int wanted, Func<int, Task<IReadOnlyList<RegistrationResult>>> register, CancellationToken cancellation)
    {
        if (caller.ClientId is not { } client) return await register(wanted);
        var room = await tasks.RoomOfAsync(client, cancellation);
        var taken = room.Take(wanted);
        var created = 0;
        try
        {
            var results = taken == 0 ? [] : await register(taken);
            created = results.Count(result => result is RegistrationResult.Created);
            return results;
        }
        finally
        {
            room.GiveBack(taken - created);
        }
    }
}

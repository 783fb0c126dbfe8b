using Hangfire;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>The jobs as Hangfire stores them: type, method and the work's name, and so nothing that is secret. Do not rename them.</summary>
internal sealed class ShiftJobs(Rota rota, IReadOnlyDictionary<string, ShiftedWork> works, CancellationToken stopping)
{
    /// <summary>The recurring job: calls a shift on every other live replica, and works one here.</summary>
    [JobDisplayName("{0}")]
    public async Task<string?> LeadShiftAsync(string work)
    {
        // Begun first: it is not to wait for the others, nor to fail with a call that fails.
        var shift = WorkShiftAsync(work);
        rota.CallOthers(work);
        return await shift;
    }

    /// <summary>Works a shift, and tells what came of it. A work that only another version knows is left to that: null.</summary>
    [JobDisplayName("{0}")]
    public async Task<string?> WorkShiftAsync(string work) =>
        works.TryGetValue(work, out var shifted) ? (await shifted.WorkShiftAsync(stopping)).ToString() : null;

    /// <summary>
    /// The types that a stored job may name. Hangfire calls any public method of any type otherwise, and whoever can write a row of its
    /// tables could have a program run here.
    /// </summary>
    public static Type Resolve(string name) => name.Split(',')[0] switch
    {
        "Kyy.Bridge.Scheduling.HangfireAdapter.ShiftJobs" => typeof(ShiftJobs),
        "System.String" => typeof(string),
        var other => throw new TypeLoadException($"{other} is no job of this service."),
    };

    /// <summary>Gives Hangfire this one object.</summary>
    public sealed class Activator(ShiftJobs jobs) : JobActivator
    {
        public override object ActivateJob(Type jobType) => jobs;
    }
}

using Hangfire;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>The jobs as Hangfire stores them: type, method and the work's name, and so nothing that is secret. Do not rename them.</summary>
internal sealed class ShiftJobs(Rota rota, IReadOnlyDictionary<string, ShiftedWork> works, CancellationToken stopping)
{
    /// <summary>The recurring job: calls a shift on every other live replica, and works one here.</summary>
    [JobDisplayName("{0}")]
    public Task<string?> LeadShiftAsync(string work)
    {
        rota.CallOthers(work);
        return WorkShiftAsync(work);
    }

    /// <summary>Works a shift, and tells what came of it. A work that only another version knows is left to that: null.</summary>
    [JobDisplayName("{0}")]
    public async Task<string?> WorkShiftAsync(string work) =>
        works.TryGetValue(work, out var shifted) ? (await shifted.WorkShiftAsync(stopping)).ToString() : null;

    /// <summary>Gives Hangfire this one object.</summary>
    public sealed class Activator(ShiftJobs jobs) : JobActivator
    {
        public override object ActivateJob(Type jobType) => jobs;
    }
}

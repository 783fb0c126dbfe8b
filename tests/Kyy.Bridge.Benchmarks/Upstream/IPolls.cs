namespace Kyy.Bridge.Benchmarks.Upstream;

/// <summary>One way of asking the upstream about a task.</summary>
internal interface IPolls : IDisposable
{
    /// <returns>Whether the answer says that the task is completed.</returns>
    Task<bool> AskAsync(string taskId, CancellationToken stopping);
}

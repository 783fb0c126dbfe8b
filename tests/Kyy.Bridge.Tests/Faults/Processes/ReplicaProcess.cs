using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>
/// The service as a process that can be hurt: the composition of <c>serve</c>, in a program that kills itself where it is told to, has a
/// wrong clock, and ends itself where a request is begun inside a transaction.
/// </summary>
internal static class ReplicaProcess
{
    /// <summary>The exit code of who was killed by SIGKILL.</summary>
    public const int Killed = 128 + 9;

    private const string Program = "Kyy.Bridge.Replica.dll";

    /// <summary>Starts one and returns when it listens.</summary>
    /// <param name="faults">What is to go wrong in it.</param>
    /// <param name="environment">Its configuration, keys with colons.</param>
    public static Task<BridgeProcess> StartAsync(ReplicaFaults faults, params (string Key, string Value)[] environment) =>
        BridgeProcess.StartAsync(Program, [.. environment, .. faults.Environment()]);
}

using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>One way to get one documented answer out of one operation.</summary>
/// <param name="Operation">Its name, <c>GET /v1/tasks/{id}</c>.</param>
/// <param name="Status">The status; 0 for the one success that the document has.</param>
/// <param name="Problem">Which problem a refusal is, without <c>/problems/</c>; null for a success.</param>
/// <param name="What">What is done, in a few words.</param>
/// <param name="SendAsync">Does it and returns the answer.</param>
internal sealed record Scenario(
    string Operation, int Status, string? Problem, string What, Func<ContractWorld, ApiOperation, Task<TestAnswer>> SendAsync)
{
    public static Scenario Works(string operation, Func<ContractWorld, ApiOperation, Task<TestAnswer>> send, int status = 0) =>
        new(operation, status, null, "as meant", send);

    public static Scenario Refused(string operation, int status, string problem, Func<ContractWorld, ApiOperation, Task<TestAnswer>> send, string what = "on its own account") =>
        new(operation, status, problem, what, send);

    public override string ToString() => $"{Operation}, {What}";
}

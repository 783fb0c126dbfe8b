using Kyy.Bridge.Http;

namespace Kyy.Bridge.Tasks;

/// <summary>Why a registration that was read well is refused all the same.</summary>
internal static class TaskProblems
{
    public static ProblemResult Of(RegistrationResult result) => result switch
    {
        RegistrationResult.Differs(_, var member) => Problems.TaskDiffers(
            new Dictionary<string, string[]> { [member] = ["differs from the registered task: leave it out, or send what was sent first"] }),
        RegistrationResult.KeyRemoved => Problems.Validation("upstream_key", "was removed just now: set it again, or name another one"),
        RegistrationResult.TooManyCallbacks => Problems.Quota("The task has as many callback URLs as it may have.", TimeSpan.FromHours(1)),
        RegistrationResult.Created or RegistrationResult.Existing =>
            throw new InvalidOperationException($"{result.GetType().Name} is not refused."),
        _ => throw new InvalidOperationException($"No problem for {result.GetType().Name}."),
    };
}

namespace Kyy.Bridge.Configuration;

/// <summary>
/// What this process does, from <c>Bridge:Roles</c>: a comma-separated list of <c>api</c>, <c>worker</c> and <c>console</c>, default
/// all three. Some process has to be a <c>worker</c>, or tasks are registered and never polled. Any other word stops the start.
/// </summary>
internal sealed record RolesSettings
{
    private const string ApiRole = "api", WorkerRole = "worker", ConsoleRole = "console";

    /// <summary>Answers requests under <c>/v1</c>.</summary>
    public bool Api { get; init; } = true;

    /// <summary>Polls and delivers.</summary>
    public bool Worker { get; init; } = true;

    /// <summary>Shows operators what the engine shows: Hangfire's dashboard.</summary>
    public bool Console { get; init; } = true;

    internal static RolesSettings Read(ConfigurationReader bridge)
    {
        var roles = bridge.Choices("Roles", [ApiRole, WorkerRole, ConsoleRole], [ApiRole, WorkerRole, ConsoleRole]);
        return new() { Api = roles.Contains(ApiRole), Worker = roles.Contains(WorkerRole), Console = roles.Contains(ConsoleRole) };
    }
}

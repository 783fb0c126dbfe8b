using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Scheduling;

/// <summary>An engine that can be chosen by its name, and what belongs to it.</summary>
/// <param name="Name">As configuration names it.</param>
/// <param name="AddServices">Adds the engine, and what its tables need, to every process.</param>
/// <param name="MapPages">Adds what it shows to operators, in a process with the role of the console.</param>
internal sealed record EngineKind(
    string Name, Action<IServiceCollection> AddServices, Action<WebApplication, BridgeSettings> MapPages);

using System.Collections.Immutable;
using Kyy.Bridge.Scheduling.HostedLoops;

namespace Kyy.Bridge.Scheduling;

/// <summary>The engines that this build has. Which those are is decided by the package set.</summary>
internal static partial class Engines
{
    /// <summary>All of them, the default first.</summary>
    public static readonly ImmutableArray<EngineKind> BuiltIn = List();

    public static EngineKind Find(string name) => BuiltIn.Single(engine => engine.Name == name);

    private static ImmutableArray<EngineKind> List()
    {
        var engines = new List<EngineKind>();
        AddFurther(engines);
        return [.. engines, new("Hosted", services => services.AddSingleton<IEngine, HostedEngine>(), (_, _) => { })];
    }

    // Has a body where the package set has the packages for it; elsewhere the call is not compiled.
    static partial void AddFurther(List<EngineKind> engines);
}

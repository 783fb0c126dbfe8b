namespace Kyy.Bridge.Replica.Kills;

/// <summary>When a process kills itself.</summary>
/// <param name="At">Where.</param>
/// <param name="Nth">On which occurrence, from 1.</param>
/// <param name="After">How long after that.</param>
internal sealed record Kill(KillPoint At, int Nth, TimeSpan After);

using System.Security.Cryptography;

namespace Kyy.Bridge.Scheduling;

/// <summary>
/// Draws the randomness of waits, from 0 to 1. Tests give their own; the service's comes from the system's generator, which any
/// thread may ask, and whose cost is nothing beside the request that it delays.
/// </summary>
internal sealed class Jitter(Func<double>? draw = null)
{
    private readonly Func<double> _draw = draw ?? (() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue);

    public double Next() => _draw();
}

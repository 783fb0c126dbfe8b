namespace Kyy.Bridge.Polling;

/// <summary>
/// By how much claims usually miss their due time: nineteen of twenty are less late. The plan keeps that much below a window's
/// maximum, so that a poll which is as late as usual still comes inside it.
/// </summary>
/// <remarks>An estimate that each observation moves by a small step, up nineteen times as far as down: it needs no history.</remarks>
internal sealed class Lateness
{
    private const double Share = 0.95, StepShare = 0.02;
    private const int Enough = 200;

    private static readonly TimeSpan LeastStep = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private TimeSpan _usual;
    private int _seen;

    /// <summary>Null while too few claims were seen.</summary>
    public TimeSpan? Usual
    {
        get
        {
            lock (_lock) return _seen < Enough ? null : _usual;
        }
    }

    /// <summary>A claim was so late.</summary>
    public void Add(TimeSpan late)
    {
        lock (_lock)
        {
            if (_seen < Enough) _seen++;
            var step = _usual * StepShare > LeastStep ? _usual * StepShare : LeastStep;
            _usual += late > _usual ? step * Share : step * (Share - 1);
            if (_usual < TimeSpan.Zero) _usual = TimeSpan.Zero;
        }
    }
}

namespace Kyy.Bridge.Emulator.Upstream.Limits;

/// <summary>
/// Which moments lie within the last <paramref name="length"/>. Each is entered once and left once: cheap at any rate. Not safe for
/// several threads; its owner reads the clock under the same lock, so that the moments come in order.
/// </summary>
internal sealed class SlidingWindow(TimeSpan length)
{
    private readonly Queue<long> _moments = [];

    /// <summary>How many lie within the window that ends now.</summary>
    public int CountAt(TimeSpan now)
    {
        while (_moments.TryPeek(out var oldest) && now.Ticks - oldest >= length.Ticks) _moments.Dequeue();
        return _moments.Count;
    }

    public void Add(TimeSpan now) => _moments.Enqueue(now.Ticks);

    /// <summary>How long until the oldest has left; zero for an empty window.</summary>
    public TimeSpan UntilOneLeaves(TimeSpan now) =>
        _moments.TryPeek(out var oldest) ? TimeSpan.FromTicks(oldest + length.Ticks - now.Ticks) : TimeSpan.Zero;
}

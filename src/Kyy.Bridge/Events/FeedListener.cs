using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Kyy.Bridge.Events;

/// <summary>One stream's place at the tail: the events that came since it joined, at most <see cref="Most"/> that it has not taken.</summary>
/// <param name="client">Whose events it is for; null for everybody's.</param>
internal sealed class FeedListener(Guid? client)
{
    /// <summary>Unread events at most, of up to 20 KiB each. A reader that is slower goes back to reading pages.</summary>
    public const int Most = 64;

    private readonly Channel<FeedRow> _rows = Channel.CreateBounded<FeedRow>(new BoundedChannelOptions(Most) { SingleReader = true });

    // An object, so that the stream never sees the half of a cursor that the tail is writing.
    private volatile Place? _place;
    private volatile bool _isBehind;

    /// <summary>From where on it has everything; null until the tail has looked for the first time.</summary>
    public FeedCursor? From => _place?.From;

    /// <summary>Up to where it has everything. To be asked for before it is found to have nothing.</summary>
    public FeedCursor? UpTo => _place?.UpTo;

    /// <summary>Whether it was full when more came: what it still has is without a gap, and after that it has to join again.</summary>
    public bool IsBehind => _isBehind;

    /// <summary>Whether there is nothing more to come: the database is another one, or its events are being put in order.</summary>
    public bool IsOver => _rows.Reader.Completion.IsCompleted;

    /// <summary>Begins at this place, with nothing from before it.</summary>
    public void Join(FeedCursor at)
    {
        while (_rows.Reader.TryRead(out _)) { }
        (_place, _isBehind) = (new(at, at), false);
    }

    /// <summary>Forgets its place: the tail gives it a new one.</summary>
    public void Part() => (_place, _isBehind) = (null, false);

    /// <summary>Takes what of these is for it.</summary>
    public void Offer(IReadOnlyList<FeedRow> rows, FeedCursor upTo)
    {
        if (_isBehind || _place is not { } place) return;
        foreach (var row in rows)
        {
            if (client is { } one && row.Client != one) continue;
            if (_rows.Writer.TryWrite(row)) continue;
            _isBehind = true;
            return;
        }

        _place = place with { UpTo = upTo };
    }

    public void End() => _rows.Writer.TryComplete();

    public bool TryRead([NotNullWhen(true)] out FeedRow? row) => _rows.Reader.TryRead(out row);

    /// <summary>Returns when there is something to read, when it is over, or after <paramref name="limit"/>.</summary>
    public async Task WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var alarm = time.CreateTimer(_ => either.Cancel(), null, limit, Timeout.InfiniteTimeSpan);
        try
        {
            await _rows.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time is over.
        }
    }

    private sealed record Place(FeedCursor From, FeedCursor UpTo);
}

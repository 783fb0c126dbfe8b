using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Maintenance;

/// <summary>How long what has ended is kept: <c>Bridge:Retention</c>. Each 1 s to 3,650 d.</summary>
internal sealed record RetentionSettings
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromDays(3_650);

    /// <summary>
    /// Ended tasks, counted from their end; 30 d by default. A task stays while one of its deliveries has not ended. One that is
    /// registered again after its removal starts anew.
    /// </summary>
    public TimeSpan Tasks { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Ended deliveries and their attempts, and replays, counted from their end; 30 d by default. A removed one is not redeliverable.</summary>
    public TimeSpan Deliveries { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Events, counted from their making; 30 d by default. Who reads the feed less often misses some, and is told so.</summary>
    public TimeSpan Events { get; init; } = TimeSpan.FromDays(30);

    internal static RetentionSettings Read(ConfigurationReader reader)
    {
        var defaults = new RetentionSettings();
        return new()
        {
            Tasks = reader.Duration(nameof(Tasks), defaults.Tasks, Shortest, Longest),
            Deliveries = reader.Duration(nameof(Deliveries), defaults.Deliveries, Shortest, Longest),
            Events = reader.Duration(nameof(Events), defaults.Events, Shortest, Longest),
        };
    }
}

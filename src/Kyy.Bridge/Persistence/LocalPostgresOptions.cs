namespace Kyy.Bridge.Persistence;

/// <summary>Where and how a private PostgreSQL server runs. A process that joins a running server takes that server's settings.</summary>
internal sealed record LocalPostgresOptions
{
    /// <summary>The folder of the server's data, log and locks; made where it is missing.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// Whether committed data survives; true by default. Without it nothing waits for the disk, and the whole folder is removed
    /// together with its last user.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>Server settings by name, before which the defaults of <see cref="LocalPostgresCommand.Settings"/> give way.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }
}

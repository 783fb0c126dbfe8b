using Kyy.Bridge.Configuration;
using Kyy.Bridge.Text;
using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>The database: <c>ConnectionStrings:Bridge</c> and <c>Bridge:Database</c>.</summary>
internal sealed record DatabaseSettings
{
    private const string ConnectionStringKey = "ConnectionStrings:Bridge";

    /// <summary>
    /// Npgsql's connection string of a PostgreSQL 14 or later. Null is allowed in Development alone, where a private server is
    /// started in <see cref="LocalDirectory"/>; elsewhere it stops the start. Kept as a secret because a password is part of it.
    /// </summary>
    public Secret? ConnectionString { get; init; }

    /// <summary>
    /// Whether a start brings the schema up to date; true in Development, else false, because there a deployment runs <c>migrate</c>
    /// once, with rights that the service itself need not have. When false, an old schema keeps the process from being ready.
    /// </summary>
    public bool MigrateAtStart { get; init; }

    /// <summary>
    /// The connections that this process may hold, all its pools together; 20 by default, 4 to 1,000. Times the number of processes it
    /// has to stay below the server's <c>max_connections</c>, or the last to start are refused.
    /// </summary>
    public int MaxConnections { get; init; } = 20;

    /// <summary>Where Development's private server keeps its data; <c>.data/postgres</c> by default. With it go all tasks.</summary>
    public string LocalDirectory { get; init; } = ".data/postgres";

    internal static DatabaseSettings Read(ConfigurationReader root, bool isDevelopment)
    {
        var defaults = new DatabaseSettings();
        var connectionString = root.Secret(ConnectionStringKey);
        root.Check(connectionString is not null || isDevelopment, [ConnectionStringKey],
            "Write where PostgreSQL is: Host=…;Database=…;Username=…;Password=…. Only Development starts one of its own.");
        root.Check(connectionString is null || NamesHost(connectionString.Reveal()), [ConnectionStringKey],
            "Write it as Host=…;Database=…;Username=…;Password=…, with Npgsql's keywords; an address such as postgres://… is not read.");

        var reader = root.Section("Bridge:Database");
        return new()
        {
            ConnectionString = connectionString,
            MigrateAtStart = reader.Flag(nameof(MigrateAtStart), isDevelopment),
            MaxConnections = reader.Number(nameof(MaxConnections), defaults.MaxConnections, 4, 1_000),
            LocalDirectory = reader.Text(nameof(LocalDirectory), defaults.LocalDirectory),
        };
    }

    // The message of Npgsql's refusal is dropped on purpose: it may quote the string, and with it the password.
    private static bool NamesHost(string connectionString)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(connectionString).Host);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            return false;
        }
    }
}

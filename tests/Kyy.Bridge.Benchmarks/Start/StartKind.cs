using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Benchmarks.Start;

/// <summary>What a start finds.</summary>
/// <param name="Name">For people.</param>
/// <param name="Starts">How often it is measured.</param>
/// <param name="Limit">The target for being ready.</param>
internal sealed record StartKind(string Name, int Starts, TimeSpan Limit)
{
    /// <summary>A server that runs, with an up-to-date database.</summary>
    public static readonly StartKind Running = new("running server, database up to date", 9, TimeSpan.FromSeconds(1.5));

    /// <summary>The folder of a private server (<see cref="LocalPostgres"/>) with an up-to-date database: the server is started, too.</summary>
    public static readonly StartKind Folder = new("private server's folder, server to be started", 7, TimeSpan.FromSeconds(1.5));

    /// <summary>Nothing: the private server's folder is made, the server started and the database migrated.</summary>
    public static readonly StartKind Nothing = new("nothing: initdb, server, all migrations", 5, TimeSpan.FromSeconds(6));
}

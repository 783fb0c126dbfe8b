namespace Kyy.Bridge.Persistence;

/// <summary>What a look at a private server found.</summary>
/// <param name="Started">Whether this look started it.</param>
/// <param name="SocketFolder">Where it listens; empty while another process is still starting it.</param>
internal sealed record LocalPostgresLook(bool Started, string SocketFolder);

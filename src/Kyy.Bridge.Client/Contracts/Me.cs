namespace Kyy.Bridge.Client.Contracts;

/// <summary>Who a key belongs to, what it may use, and what it uses.</summary>
/// <param name="Role"><c>client</c> or <c>admin</c>.</param>
/// <param name="ClientId">The client, <c>cli_…</c>; null for an admin.</param>
/// <param name="ClientName">Its name; null for an admin.</param>
/// <param name="Key">The key of this request.</param>
/// <param name="Limits">What the client may use; null for an admin, who has no limits.</param>
/// <param name="Usage">What it uses; null for an admin.</param>
public sealed record Me(string Role, string? ClientId, string? ClientName, MeKey Key, MeLimits? Limits, MeUsage? Usage);

/// <summary>The key of a request.</summary>
/// <param name="Id">Its id, <c>key_…</c>; null for the admin key of the configuration.</param>
/// <param name="Name">The admin's name; null for a client's key.</param>
/// <param name="Prefix">The key's first characters; null for the admin key of the configuration.</param>
/// <param name="CreatedAt">When it was made; null for the admin key of the configuration.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
public sealed record MeKey(string? Id, string? Name, string? Prefix, DateTimeOffset? CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>What a client may use. Over it a request is answered with 429 <c>/problems/quota</c>.</summary>
/// <param name="RequestsPerSecond">Requests a second, in each process of the service; a batch counts its items.</param>
/// <param name="RequestBurst">Requests that may come together after a while of none.</param>
/// <param name="TasksInFlight">Tasks that have not ended.</param>
/// <param name="Endpoints">Endpoints.</param>
/// <param name="Waits">Requests that wait at the same time, in each process.</param>
/// <param name="Streams">Streams of events open at the same time, in each process.</param>
/// <param name="CallbacksPerTask">Callback URLs of one task.</param>
public sealed record MeLimits(
    int RequestsPerSecond, int RequestBurst, int TasksInFlight, int Endpoints, int Waits, int Streams, int CallbacksPerTask);

/// <summary>What a client uses now.</summary>
/// <param name="RequestsLeft">Requests that the process that answers would take at once.</param>
/// <param name="TasksInFlight">Tasks that have not ended; as of a few seconds ago at the worst.</param>
/// <param name="Endpoints">Endpoints.</param>
/// <param name="Waits">Requests that wait, in the process that answers.</param>
/// <param name="Streams">Streams of events that are open, in the process that answers.</param>
public sealed record MeUsage(int RequestsLeft, long TasksInFlight, int Endpoints, int Waits, int Streams);

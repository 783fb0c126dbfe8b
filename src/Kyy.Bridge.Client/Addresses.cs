namespace Kyy.Bridge.Client;

/// <summary>The routes, relative to the service's address.</summary>
internal static class Addresses
{
    public const string Tasks = "v1/tasks";
    public const string Batch = $"{Tasks}/batch";
    public const string Stop = $"{Tasks}/stop";
    public const string Attention = "v1/attention";
    public const string SigningSecret = "v1/signing-secret";
    public const string SigningSecretRotation = $"{SigningSecret}/rotate";
    public const string Events = "v1/events";
    public const string EventStream = $"{Events}/stream";
    public const string Deliveries = "v1/deliveries";
    public const string Redelivery = $"{Deliveries}/redeliver";
    public const string Replays = "v1/replays";
    public const string UpstreamKeys = "v1/upstream-keys";
    public const string Endpoints = "v1/endpoints";
    public const string Clients = "v1/admin/clients";
    public const string AdminKeys = "v1/admin/keys";
    public const string Stats = "v1/admin/stats";
    public const string Me = "v1/me";
    public const string Hold = "v1/admin/hold";
    public const string Release = "v1/admin/release";

    public static string Task(string id) => $"{Tasks}/{Segment(id)}";

    public static string Delivery(string id) => $"{Deliveries}/{Segment(id)}";

    public static string Replay(string id) => $"{Replays}/{Segment(id)}";

    public static string UpstreamKey(string name) => $"{UpstreamKeys}/{Segment(name)}";

    public static string Endpoint(string id) => $"{Endpoints}/{Segment(id)}";

    public static string Client(string id) => $"{Clients}/{Segment(id)}";

    public static string KeysOf(string clientId) => $"{Client(clientId)}/keys";

    public static string Key(string id) => $"{AdminKeys}/{Segment(id)}";

    public static string WithQuery(string address, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            if (value is not null) address += $"{(address.Contains('?') ? '&' : '?')}{name}={Uri.EscapeDataString(value)}";
        }

        return address;
    }

    // An empty segment or a dot would be resolved into another route: DELETE v1/admin/clients/.. must not become one.
    private static string Segment(string id) => id is null or "" or "." or ".."
        ? throw new ArgumentException("An id is not empty and not a dot.", nameof(id))
        : Uri.EscapeDataString(id);
}

namespace Kyy.Bridge.Client;

/// <summary>Where the bridge is, and who is calling. A class and not a record, so that no text of it shows the key.</summary>
public sealed class BridgeClientOptions
{
    /// <summary>The service's address, for instance <c>https://bridge.example.com</c>; with its path base, where it has one.</summary>
    public required Uri BaseAddress { get; init; }

    /// <summary>The client's or an admin's API key, <c>kyb_…</c>.</summary>
    public required string ApiKey { get; init; }

    /// <summary>The clock that waiting is measured by; the system's by default.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

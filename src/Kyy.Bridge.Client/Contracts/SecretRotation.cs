namespace Kyy.Bridge.Client.Contracts;

/// <summary>Asks for a new signing secret.</summary>
/// <param name="OverlapSeconds">For how long webhooks are signed with the old secret too: 0 to 604,800.</param>
public sealed record SecretRotation(int OverlapSeconds);

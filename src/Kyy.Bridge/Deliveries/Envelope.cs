using Kyy.Bridge.Client.Signing;

namespace Kyy.Bridge.Deliveries;

/// <summary>Where a webhook goes and what goes with it, all of one moment.</summary>
/// <param name="Url">The address.</param>
/// <param name="Secrets">The secrets to sign with, the current one first.</param>
/// <param name="Headers">The further headers.</param>
internal sealed record Envelope(string Url, IReadOnlyList<WebhookSecret> Secrets, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>Without its parts: a record that is logged by mistake does not give them away.</summary>
    public override string ToString() => nameof(Envelope);
}

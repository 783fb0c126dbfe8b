using Kyy.Bridge.Client.Signing;
namespace Kyy.Bridge.Deliveries;
internal sealed class SigningSecrets
{
    public ValueTask<IReadOnlyList<WebhookSecret>> ForClientAsync(Guid client) => throw new NotSupportedException(client.ToString());
}

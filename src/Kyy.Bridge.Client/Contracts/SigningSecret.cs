namespace Kyy.Bridge.Client.Contracts;

/// <summary>The secret that webhooks are signed with: those to the client's callback URLs, or those to an endpoint.</summary>
/// <param name="Secret">The secret's text, <c>whsec_…</c>.</param>
/// <param name="PreviousValidUntil">Until when webhooks carry a signature by the previous secret too; null where there is none.</param>
public sealed record SigningSecret(string Secret, DateTimeOffset? PreviousValidUntil)
{
    /// <summary>Without the secret: a record that is logged by mistake does not give it away.</summary>
    public override string ToString() => nameof(SigningSecret);
}

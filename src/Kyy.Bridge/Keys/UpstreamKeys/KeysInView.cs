using Kyy.Bridge.Http;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>
/// Whose keys a list shows, as an argument of a handler: the caller's own; for an admin those of the client that
/// <c>Kyy-Client</c> names, or without it everybody's.
/// </summary>
internal sealed class KeysInView : IRefusable
{
    private KeysInView(Guid? client, ProblemResult? refusal) => (ClientId, Refusal) = (client, refusal);

    /// <summary>The one client; null for all of them.</summary>
    public Guid? ClientId { get; }

    /// <inheritdoc />
    public ProblemResult? Refusal { get; }

    /// <summary>Reads the header before the handler runs; called by the framework.</summary>
    public static async ValueTask<KeysInView> BindAsync(HttpContext context)
    {
        if (Caller.Of(context).IsAdmin && context.Request.Headers[OnBehalfOf.Header].Count == 0) return new(null, null);
        var one = await OnBehalfOf.BindAsync(context);
        return new(one.ClientId, one.Refusal);
    }
}

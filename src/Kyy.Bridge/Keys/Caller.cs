using Microsoft.AspNetCore.Http.Features;

namespace Kyy.Bridge.Keys;

/// <summary>Whose API key a request carries, as an argument of a handler.</summary>
/// <param name="KeyId">The key.</param>
/// <param name="ClientId">The client that it belongs to; null for an admin's.</param>
/// <param name="Key">What <see cref="ApiKeys.StillHoldsAsync"/> asks with while a long request is under way.</param>
internal sealed record Caller(Guid KeyId, Guid? ClientId, KeyHash Key)
{
    /// <summary>The id of the bootstrap admin key, which has no row.</summary>
    public static readonly Guid Bootstrap = new("00000000-0000-7000-8000-000000000002");

    public bool IsAdmin => ClientId is null;

    /// <summary>Whose Idempotency-Keys these are: a client's keys share them, each admin has its own.</summary>
    public Guid Owner => ClientId ?? KeyId;

    /// <summary>Whether objects of <paramref name="client"/> are to be shown: all of them to an admin, to a client its own.</summary>
    public bool MaySee(Guid client) => IsAdmin || ClientId == client;

    /// <summary>The caller of a request that has passed authentication.</summary>
    public static Caller Of(HttpContext context) => context.Features.GetRequiredFeature<Caller>();

    /// <summary>Called by the framework.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context));
}

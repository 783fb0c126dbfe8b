using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Http;

/// <summary>
/// What a route says about itself where its handler's signature cannot, because bodies and queries are read by hand. The
/// OpenAPI document is made of it, and the presence and size of bodies are checked by it.
/// </summary>
internal static class RouteDescription
{
    /// <summary>The route reads a body like <typeparamref name="TBody"/>; an optional one may be left out altogether.</summary>
    public static RouteHandlerBuilder TakesJson<TBody>(
        this RouteHandlerBuilder route, bool isOptional = false, int maxBytes = JsonBody.MaxBytes)
        where TBody : notnull =>
        route.Accepts<TBody>(isOptional, "application/json")
            .WithMetadata(new BodyMetadata(isOptional, maxBytes));

    /// <summary>The route reads these parameters of the query.</summary>
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder route, params IReadOnlyList<QueryParameter> parameters) =>
        route.WithMetadata(new QueryMetadata(parameters));

    /// <summary>The route refuses with these problems of its own; those that every route of its kind has need not be named.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params ReadOnlySpan<ProblemKind> kinds)
    {
        foreach (var kind in kinds) route.Produces<Problem>(kind.Status, Problem.MediaType);
        return route.WithMetadata(new RefusalMetadata([.. kinds]));
    }

    /// <summary>A repetition has no further effect by itself: only an Idempotency-Key's fingerprint is kept, and it is answered anew.</summary>
    public static RouteHandlerBuilder IsIdempotentByNature(this RouteHandlerBuilder route) =>
        route.WithMetadata(IdempotentByNature.Marker);
}

internal sealed record BodyMetadata(bool IsOptional, int MaxBytes)
{
    public static readonly BodyMetadata Usual = new(IsOptional: false, JsonBody.MaxBytes);
}

/// <summary>The problems that a route has besides those that every route of its kind has.</summary>
internal sealed record RefusalMetadata(IReadOnlyList<ProblemKind> Kinds);

internal sealed record QueryMetadata(IReadOnlyList<QueryParameter> Parameters);

internal sealed record IdempotentByNature
{
    public static readonly IdempotentByNature Marker = new();
}

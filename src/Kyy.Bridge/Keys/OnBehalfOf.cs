using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Keys;

/// <summary>
/// The client that a request acts for, as an argument of a handler: the caller's own, or the one that an admin names with
/// <c>Kyy-Client: cli_…</c>.
/// </summary>
internal sealed class OnBehalfOf : IRefusable
{
    public const string Header = "Kyy-Client";

    private OnBehalfOf(Guid client) => ClientId = client;

    private OnBehalfOf(string fault) => Refusal = Problems.Validation(Header, fault);

    public Guid ClientId { get; }

    /// <inheritdoc />
    public ProblemResult? Refusal { get; }

    /// <summary>Reads the header before the handler runs; called by the framework.</summary>
    public static async ValueTask<OnBehalfOf> BindAsync(HttpContext context)
    {
        var named = context.Request.Headers[Header];
        if (Caller.Of(context).ClientId is { } own) return named.Count == 0 ? new(own) : new("may be sent by admins only");
        if (named.Count == 0) return new("is required from an admin: the client to act for");
        if (named.Count > 1 || !TypeId.TryParse(TypeId.Client, named[0], out var client))
            return new("must be the id of one client, cli_…");

        var db = context.RequestServices.GetRequiredService<BridgeDbContext>();
        return await db.Clients.AnyAsync(row => row.Id == client && row.DeletedAt == null, context.RequestAborted)
            ? new(client)
            : new("there is no such client");
    }
}

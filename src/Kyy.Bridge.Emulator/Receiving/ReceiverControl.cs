using System.Net;
using Kyy.Bridge.Client.Signing;

namespace Kyy.Bridge.Emulator.Receiving;

/// <summary>What another process may ask of a receiver.</summary>
internal sealed class ReceiverControl(Inbox inbox)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/control/received", List);
        routes.MapPut("/control/secret", SetSecret);
    }

    private IEnumerable<ReceivedWebhook> List(int after = 0) => inbox.Journal.Entries.Where(webhook => webhook.Number > after);

    /// <summary>From this machine alone: whoever sets the secret decides what counts as genuine.</summary>
    private IResult SetSecret(HttpContext context, NewSecret wanted)
    {
        if (context.Connection.RemoteIpAddress is not { } caller || !IPAddress.IsLoopback(caller))
            return TypedResults.StatusCode(StatusCodes.Status403Forbidden);
        if (!WebhookSecret.TryParse(wanted.Secret, out var secret)) return TypedResults.BadRequest(new { message = "not a signing secret" });
        inbox.Secrets = [secret];
        return TypedResults.NoContent();
    }

    internal sealed record NewSecret(string Secret);
}

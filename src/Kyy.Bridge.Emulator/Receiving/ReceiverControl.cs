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
        routes.MapPut("/control/answers", SetAnswers);
    }

    private IEnumerable<ReceivedWebhook> List(int after = 0) => inbox.Journal.Entries.Where(webhook => webhook.Number > after);

    private IResult SetSecret(HttpContext context, NewSecret wanted)
    {
        if (!IsFromThisMachine(context.Connection)) return TypedResults.StatusCode(StatusCodes.Status403Forbidden);
        if (!WebhookSecret.TryParse(wanted.Secret, out var secret)) return TypedResults.BadRequest(new { message = "not a signing secret" });
        inbox.Secrets = [secret];
        return TypedResults.NoContent();
    }

    private IResult SetAnswers(HttpContext context, NewAnswers wanted)
    {
        if (!IsFromThisMachine(context.Connection)) return TypedResults.StatusCode(StatusCodes.Status403Forbidden);
        if (wanted.Statuses is [] || wanted.Statuses.Any(code => code is < 200 or > 599))
            return TypedResults.BadRequest(new { message = "statuses are one or more codes from 200 to 599" });
        inbox.AnswerAt(wanted.Path, wanted.Statuses);
        return TypedResults.NoContent();
    }

    /// <summary>
    /// Whoever sets the secret decides what counts as genuine. A connection with the same address at both ends comes from this machine
    /// as well: containers that share a network are named by it.
    /// </summary>
    private static bool IsFromThisMachine(ConnectionInfo connection) =>
        connection.RemoteIpAddress is { } caller && (IPAddress.IsLoopback(caller) || caller.Equals(connection.LocalIpAddress));

    internal sealed record NewSecret(string Secret);

    internal sealed record NewAnswers(string Path, IReadOnlyList<int> Statuses);
}

using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Http;

/// <summary>A whole answer, held back until what it tells of is committed, or kept to be given again.</summary>
internal sealed record Answer(int Status, string? Location, byte[] Body)
{
    public const string Replayed = "Idempotent-Replayed";

    /// <summary>Whether a repetition gets the same answer. Not where repeating is the way on: what these say may have passed.</summary>
    public static bool IsKept(int status) => status is not (401 or 409 or 413 or 429 or >= 500);

    /// <summary>Lets the result write its answer, and takes the body before it goes out.</summary>
    public static async Task<Answer> TakeAsync(IResult result, HttpContext context)
    {
        var response = context.Response;
        var wire = response.Body;
        using var body = new MemoryStream();
        response.Body = body;
        try
        {
            await result.ExecuteAsync(context);
            await response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            response.Body = wire;
        }

        return new(response.StatusCode, response.Headers.Location, body.ToArray());
    }

    /// <summary>Sends the body whose head the result has written.</summary>
    public async Task SendAsync(HttpContext context)
    {
        if (Body.Length == 0) return;
        context.Response.ContentLength = Body.Length;
        await context.Response.Body.WriteAsync(Body, context.RequestAborted);
    }

    /// <summary>Sends all of it again.</summary>
    public Task SendAgainAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.Headers[Replayed] = "true";
        if (Location is not null) response.Headers.Location = Location;
        if (Body.Length > 0) response.ContentType = Status < 400 ? "application/json; charset=utf-8" : Problem.MediaType;
        return SendAsync(context);
    }
}

using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kyy.Bridge.Tests.Client;

/// <summary>The code of the library's README: <see cref="ReadmeTests"/> compares the two and runs it.</summary>
internal static class ReadmeSamples
{
    public static async Task<string?> CallAsync(HttpClient http, Uri address, string apiKey)
    {
        var bridge = new BridgeClient(http, new() { BaseAddress = address, ApiKey = apiKey });

        var task = await bridge.RegisterAsync(new()
        {
            TaskId = "video_abc123def456", // the upstream's id
            CallbackUrl = "https://app.example.com/hooks/video",
            Metadata = RawJson.Parse("""{"order":7}"""), // comes back byte for byte in every event
        });

        task = await bridge.WaitForEndAsync(task.Id, TimeSpan.FromMinutes(10));
        var link = task.Ended ? task.VideoUrl : null;
        return link;
    }

    public static void Receive(IEndpointRouteBuilder app, string secret, Func<string, TaskEventData, Task> onEnd)
    {
        var verifier = new WebhookVerifier(secret); // whsec_…, from GetSigningSecretAsync or the endpoint

        app.MapPost("/hooks/video", async (HttpRequest request) =>
        {
            var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            var (bytes, headers) = (body.ToArray(), request.Headers);
            string? id = headers[WebhookSignature.IdHeader];
            var verification = verifier.Verify(
                id, headers[WebhookSignature.TimestampHeader], headers[WebhookSignature.SignatureHeader], bytes);
            if (verification != WebhookVerification.Verified) return Results.BadRequest(verification.ToString());

            if (WebhookEvent.Read(bytes).ReadTask() is { Ended: true } ended) await onEnd(id!, ended);
            return Results.NoContent();
        });
    }
}

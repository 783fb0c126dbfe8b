using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>The chapters of the OpenAPI document, in the order in which a reader meets them. A test insists on one for each tag of a route.</summary>
internal static class OpenApiTags
{
    private static readonly (string Name, string Description)[] Known =
    [
        ("Tasks", "Upstream tasks that are tracked: registered, asked about, ended."),
        ("Signing secret", "The secret that webhooks to plain callback URLs are signed with."),
        ("Endpoints", "Webhook subscriptions: where a client's events are sent, each with a secret of its own."),
        ("Replays", "Sending again what an endpoint missed, as a job with progress."),
        ("Deliveries", "What was sent where, every attempt, and sending it again."),
        ("Events", "The client's event feed, in pages or as a stream."),
        ("Upstream keys", "A client's own keys of the upstream. Their values come in and never go out."),
        ("Me", "Whose key this is, its limits, and what is used of them."),
        ("Attention", "What needs somebody, each with the call that mends it."),
        ("Clients", "For admins: the clients."),
        ("Keys", "For admins: the API keys of clients and of further admins."),
        ("Stats", "For admins: the service in numbers."),
        ("Holds", "For admins: holding polling or deliveries, and letting them go. What is held waits; nothing is missed."),
        ("Health", "For probes: everybody may ask, and only an admin is told the reason."),
    ];

    public static void Add(OpenApiDocument document)
    {
        var used = document.Paths.Values.SelectMany(path => path.Operations!.Values)
            .SelectMany(operation => operation.Tags ?? Enumerable.Empty<OpenApiTagReference>())
            .Select(tag => tag.Reference.Id).ToHashSet();
        document.Tags = Known.Where(tag => used.Contains(tag.Name))
            .Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }).ToHashSet();
    }
}

using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Events;

/// <summary>A client that reads the feed.</summary>
internal sealed record FeedOwner(BridgeApplication Bridge, Guid Id, string PublicId, string Key)
{
    public const string Path = "/v1/events";

    public BridgeClient Client => Bridge.ClientOf(Key);

    public TestCaller Caller => Bridge.As(Key);

    public static async Task<FeedOwner> CreateAsync(BridgeApplication bridge, string name = "acme")
    {
        var created = await bridge.CreateClientAsync(name);
        TypeId.TryParse(TypeId.Client, created.Id, out var id).ShouldBeTrue();
        return new(bridge, id, created.Id, created.ApiKey);
    }

    /// <summary>Writes an event of this client's.</summary>
    public Task<string> WriteAsync(string data = """{"name":"main"}""") => Bridge.Database.WriteOneAsync(Id, FeedWriter.Payload(data));

    public Task<FeedPage> PageAsync(string? after = null, int? limit = null) =>
        Client.ListEventsAsync(after, limit, TestContext.Current.CancellationToken);

    public async Task<string[]> IdsAsync(string? after = null) => [.. (await PageAsync(after, 500)).Data.Select(made => made.Id)];
}

using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>A service with two clients, and requests that are well formed because the document's examples are.</summary>
internal sealed class ContractWorld : IAsyncDisposable
{
    private static readonly Guid BootstrapAdmin = Kyy.Bridge.Keys.Caller.Bootstrap;

    private readonly Dictionary<string, string> _things = [];
    private int _names;

    private ContractWorld(BridgeApplication bridge, ClientCreated client, ClientCreated other) =>
        (Bridge, Client, Other) = (bridge, client, other);

    public BridgeApplication Bridge { get; }

    public ClientCreated Client { get; }

    /// <summary>Another client, whose things <see cref="Client"/> must never see.</summary>
    public ClientCreated Other { get; }

    public TestCaller Caller => Bridge.As(Client.ApiKey);

    public TestCaller Admin => Bridge.AsAdmin();

    public static async Task<ContractWorld> StartAsync(PostgresServer server, params (string Key, string Value)[] settings) =>
        await OfAsync(await BridgeApplication.StartAsync(server, null, settings));

    public static async Task<ContractWorld> OfAsync(BridgeApplication bridge) =>
        new(bridge, await bridge.CreateClientAsync("acme"), await bridge.CreateClientAsync("other"));

    /// <summary>A name that no other has.</summary>
    public string NewName() => $"thing-{Interlocked.Increment(ref _names)}";

    /// <summary>A new thing of the client's, as an operation's id names one.</summary>
    public Task<string> NewAsync(string kind) => Resources.MakeAsync(kind, Bridge, Client, NewName());

    /// <summary>A thing of the client's that nothing happens to.</summary>
    public async Task<string> AnyAsync(string kind) =>
        _things.TryGetValue(kind, out var id) ? id : _things[kind] = await NewAsync(kind);

    /// <summary>The thing of <see cref="AnyAsync"/> is no more: the next is a new one.</summary>
    public void Forget(string kind) => _things.Remove(kind);

    /// <summary>The path of an operation at a thing that is there.</summary>
    public async Task<string> PathAsync(ApiOperation operation) =>
        operation.IdKind is { } kind ? operation.At(await AnyAsync(kind)) : operation.Path;

    /// <summary>Who may call an operation.</summary>
    public TestCaller CallerOf(ApiOperation operation) => operation switch
    {
        { IsOfApi: false } => Bridge.As(null),
        { IsForAdmins: true } => Admin,
        _ => Caller,
    };

    /// <summary>Whose Idempotency-Keys those of <see cref="CallerOf"/> are.</summary>
    public Guid OwnerOf(ApiOperation operation)
    {
        if (operation.IsForAdmins) return BootstrapAdmin;
        TypeId.TryParse(TypeId.Client, Client.Id, out var client).ShouldBeTrue();
        return client;
    }

    /// <summary>Sends the example of an operation, or another body, by whoever may.</summary>
    public Task<TestAnswer> SendAsync(ApiOperation operation, string path, string? body = null, params (string Name, string Value)[] headers) =>
        operation.SendAsync(CallerOf(operation), path, body, headers);

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Bridge.Database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => Bridge.DisposeAsync();
}

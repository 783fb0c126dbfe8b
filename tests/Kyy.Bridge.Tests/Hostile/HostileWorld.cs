using System.Globalization;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Secure;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>
/// All misbehaviours at once, each with a key of its own: one service in this process, one in a process of its own for what it takes to
/// trust an authority, the emulated upstreams, and a receiver.
/// </summary>
public sealed class HostileWorld(PostgresServer server) : IAsyncLifetime
{
    // A client may have a hundred upstream keys. They begin one client after the other: all at once is more than a machine keeps up with.
    private const int CasesOfAClient = 40;

    private readonly List<EmulatorServer> _upstreams = [];
    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<string, HostileCase> _cases = [];
    private ReceiverServer _receiver = null!;
    private EmulatorServer _secure = null!;
    private BridgeProcess? _process;
    private TestDatabase? _databaseOfProcess;

    internal BridgeApplication Bridge { get; private set; } = null!;

    internal EmulatorServer Upstream { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal HostileCase CaseOf(string name) => _cases[name];

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder.Path);
        _receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        Upstream = await StartUpstreamAsync(new());
        _secure = await StartUpstreamAsync(new() { Tls = [.. Enum.GetValues<TlsCondition>()] });
        foreach (var (number, entry) in Misbehaviours.All.Index()) _cases.Add($"{entry}", await CaseAsync(entry, number));
        await Task.WhenAll(StartInsideAsync(), StartOutsideAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        if (_databaseOfProcess is not null) await _databaseOfProcess.DisposeAsync();
        if (Bridge is not null) await Bridge.DisposeAsync();
        foreach (var upstream in _upstreams) await upstream.DisposeAsync();
        if (_receiver is not null) await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The windows scaled; short limits for the families that have to do with limits.</summary>
    private static (string Key, string Value)[] Settings(Uri baseUrl, IEnumerable<Uri> others) =>
    [
        .. World.Settings(baseUrl),
        ("Bridge:Upstream:AllowedBaseUrls", string.Join(',', others.Select(url => url.AbsoluteUri))),
        // What is slow for the machine's sake is not to look like the upstream's.
        ("Bridge:Upstream:Timeout", "1900ms"),
        ("Bridge:Upstream:MaxConcurrency", "256"),
        ("Bridge:Families:starvideos:NotFoundGrace", "1s"),
        ("Bridge:Families:seedance15:NotFoundGrace", "1s"),
        ("Bridge:Families:veo:NotFoundGrace", "1s"),
        ("Bridge:Families:videos:NotFoundGrace", "7s"),
        ("Bridge:Families:sd2manxue:Deadline", "5s"),
        ("Bridge:Families:seedance15:FlexDeadline", "5s"),
        ("Bridge:Families:seedance15:Retention", Seconds(TimeSpan.FromDays(1) * World.TimeScale)),
    ];

    private async Task StartInsideAsync()
    {
        var cases = _cases.Values.Where(one => one.Upstream != _secure).ToList();
        Bridge = await BridgeApplication.StartAsync(server, null, Settings(Upstream.BaseUrl, cases.Select(one => one.BaseUrl).Distinct()));
        await BeginAsync(new(Bridge.Database, Bridge.ClientOf, () => Bridge.Log.Lines), cases);
    }

    // What a process trusts is read once: it needs one of its own.
    private async Task StartOutsideAsync()
    {
        var authority = Path.Combine(_folder.Path, "authority.pem");
        await File.WriteAllTextAsync(authority, _secure.Authority.Pem, Cancellation);
        _databaseOfProcess = await server.CreateDatabaseAsync();
        _process = await BridgeProcess.StartAsync([
            .. Settings(_secure.BaseUrl, Enum.GetValues<TlsCondition>().Select(_secure.SecureUrl)),
            ("ConnectionStrings:Bridge", _databaseOfProcess.ConnectionString),
            ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey),
            ("Bridge:Upstream:ApiKey", BridgeApplication.UpstreamKey),
            ("SSL_CERT_FILE", authority)]);
        await BeginAsync(new(_databaseOfProcess, _process.ClientOf, () => []), [.. _cases.Values.Where(one => one.Upstream == _secure)]);
    }

    private async Task BeginAsync(HostileService service, IReadOnlyList<HostileCase> cases)
    {
        var clients = new List<(BridgeClient Client, HostileCase[] Cases)>();
        foreach (var some in cases.Chunk(CasesOfAClient))
        {
            var admin = service.ClientOf(BridgeApplication.AdminKey);
            var created = await admin.CreateClientAsync(new("acme"), cancellationToken: Cancellation);
            var client = service.ClientOf(created.ApiKey);
            var secret = WebhookSecret.Parse((await client.GetSigningSecretAsync(Cancellation)).Secret);
            lock (_cases) _receiver.Secrets = [.. _receiver.Secrets, secret];
            foreach (var one in some) await one.SetKeysAsync(service, client);
            clients.Add((client, some));
        }

        foreach (var (client, some) in clients)
        {
            foreach (var one in some) one.Begin();
            await RegisterAsync(client, some);
            foreach (var one in some) one.Remedied = one.ShouldLiveOnUntilItIsRemediedAsync();
            await Task.WhenAll(some.Select(one => one.FirstPollsAsync()));
        }
    }

    private static async Task RegisterAsync(BridgeClient client, HostileCase[] cases)
    {
        var batch = await client.RegisterBatchAsync([.. cases.SelectMany(one => one.Registrations())], cancellationToken: Cancellation);
        batch.Created.ShouldBe(batch.Results.Count);
        var ids = new Queue<string>(batch.Results.Select(result => result.Id!));
        foreach (var one in cases) one.Registered(Enumerable.Range(0, one.Others.Length + 1).Select(_ => ids.Dequeue()));
    }

    private async Task<HostileCase> CaseAsync(Misbehaviour entry, int number)
    {
        var upstream = entry.Tls is null ? Upstream : _secure;
        if (entry.Limits is not null || entry.TimeScale is not null || entry.Rules.Any(rule => rule.Does.AtAccept))
            upstream = await StartUpstreamAsync(new() { Limits = entry.Limits ?? new(), TimeScale = entry.TimeScale ?? World.TimeScale });
        var baseUrl = entry.Tls is { } condition ? _secure.SecureUrl(condition) : entry.BaseUrl ?? upstream.BaseUrl;
        var wellBehaved = entry.Tls is null ? Upstream.BaseUrl : _secure.SecureUrl(TlsCondition.Valid);
        return new(entry, number, upstream, baseUrl, wellBehaved, _receiver);
    }

    // Gaps are judged by the service's scale, and the most polls are counted in a second, whatever the upstream's own scale is.
    private async Task<EmulatorServer> StartUpstreamAsync(EmulatorOptions options)
    {
        var scale = options.TimeScale < 1 ? options.TimeScale : World.TimeScale;
        var upstream = await EmulatorServer.StartAsync(options with
        {
            ApiKey = BridgeApplication.UpstreamKey,
            TimeScale = scale,
            MinimumGap = options.MinimumGap * (World.TimeScale / scale),
            FlexMinimumGap = options.FlexMinimumGap * (World.TimeScale / scale),
            CountingWindow = TimeSpan.FromSeconds(1) / scale,
        });
        _upstreams.Add(upstream);
        return upstream;
    }

    private static string Seconds(TimeSpan duration) => duration.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) + "s";
}

using System.Net.Http.Headers;
using System.Text.Json;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator;

/// <summary>An emulated upstream whose clock the test moves, and a client that asks it over a socket.</summary>
internal sealed class EmulatorFixture : IAsyncDisposable
{
    public const string Key = "key-of-the-tests";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private EmulatorFixture(EmulatorServer server, ManualTime time)
    {
        (Server, Time) = (server, time);
        Client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = server.ControlUrl, Timeout = Patience };
        Client.DefaultRequestHeaders.Accept.Add(new("application/json"));
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    public EmulatorServer Server { get; }

    public ManualTime Time { get; }

    public HttpClient Client { get; }

    public static async Task<EmulatorFixture> StartAsync(EmulatorOptions? options = null, ManualTime? time = null)
    {
        time ??= new ManualTime();
        return new(await EmulatorServer.StartAsync((options ?? new()) with { ApiKey = Key }, time), time);
    }

    public Uri UrlOf(string id) => new($"{Server.BaseUrl}/v1/result/{Uri.EscapeDataString(id)}");

    public Task<HttpResponseMessage> PollAsync(string id) => Client.GetAsync(UrlOf(id), TestContext.Current.CancellationToken);

    /// <summary>The <c>status</c> of a poll's answer, or its code where there is none.</summary>
    public async Task<string> StatusOfAsync(string id)
    {
        using var response = await PollAsync(id);
        using var json = await ReadJsonAsync(response);
        return json.RootElement.TryGetProperty("status", out var status) ? status.GetString()! : ((int)response.StatusCode).ToString(Invariant);
    }

    public static async Task<JsonDocument> ReadJsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    private static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;
}

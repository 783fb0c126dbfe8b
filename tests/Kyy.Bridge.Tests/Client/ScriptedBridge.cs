using System.Collections.Concurrent;
using System.Text;
using Kyy.Bridge.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Kyy.Bridge.Tests.Client;

/// <summary>A web server on a real socket that keeps what it is sent, to the byte, and gives the scripted answers in turn.</summary>
internal sealed class ScriptedBridge : IAsyncDisposable
{
    public const string ApiKey = "kyb_0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentQueue<Answer> _answers;
    private readonly ConcurrentQueue<ReceivedRequest> _requests = [];
    private readonly WebApplication _server;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };

    private ScriptedBridge(WebApplication server, IEnumerable<Answer> answers)
    {
        (_server, _answers) = (server, new(answers));
        server.Run(RespondAsync);
    }

    /// <summary>Everything that was received, in order.</summary>
    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    /// <summary>The one request that was received.</summary>
    public ReceivedRequest Request => _requests.ShouldHaveSingleItem();

    public Uri Address => new(_server.Urls.Single());

    public static async Task<ScriptedBridge> StartAsync(params IEnumerable<Answer> answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var bridge = new ScriptedBridge(builder.Build(), answers);
        await bridge._server.StartAsync(TestContext.Current.CancellationToken);
        return bridge;
    }

    public BridgeClient Client(string pathBase = "", TimeProvider? time = null) => new(_http, new BridgeClientOptions
    {
        BaseAddress = new Uri(Address, pathBase),
        ApiKey = ApiKey,
        Time = time ?? TimeProvider.System,
    });

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    private async Task RespondAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        _requests.Enqueue(new(
            $"{context.Request.Method} {target}",
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Encoding.UTF8.GetString(body.ToArray())));

        var answer = _answers.TryDequeue(out var next) ? next : throw new InvalidOperationException("More was asked than is scripted.");
        answer.Before?.Invoke();
        context.Response.StatusCode = answer.Status;
        if (answer.RetryAfter is not null) context.Response.Headers.RetryAfter = answer.RetryAfter;
        if (answer.Body is null) return;
        context.Response.ContentType = answer.ContentType;
        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }
}

/// <summary>What was received: <paramref name="Line"/> is method and target exactly as they were in the request line.</summary>
internal sealed record ReceivedRequest(string Line, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What is answered.</summary>
internal sealed record Answer(int Status, string? Body = null)
{
    public string ContentType { get; init; } = "application/json";

    public string? RetryAfter { get; init; }

    /// <summary>Done before the answer goes out, for instance to let time pass while it is held.</summary>
    public Action? Before { get; init; }
}

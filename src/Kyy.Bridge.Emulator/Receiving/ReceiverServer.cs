using System.Collections.Immutable;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Receiving;

/// <summary>A receiver of webhooks on a socket of its own, to which every POST is one. Verifies, keeps and answers them.</summary>
internal sealed class ReceiverServer : IAsyncDisposable
{
    private readonly LocalServer _server;
    private readonly Inbox _inbox;

    private ReceiverServer(LocalServer server, Inbox inbox) => (_server, _inbox) = (server, inbox);

    /// <summary>Called with each webhook once its answer is decided, before it is sent.</summary>
    public event Action<ReceivedWebhook> Received
    {
        add => _inbox.Received += value;
        remove => _inbox.Received -= value;
    }

    public Uri BaseUrl => _server.Address;

    /// <summary>One of these has to have signed, from the next webhook on; with none nothing is verified.</summary>
    public ImmutableArray<WebhookSecret> Secrets
    {
        get => _inbox.Secrets;
        set => _inbox.Secrets = value;
    }

    /// <summary>Decides every answer but those of <see cref="AnswerAt"/>. Default: 204, and 400 where the signature is refused.</summary>
    public Func<ReceivedWebhook, IAnswer> Answer
    {
        get => _inbox.Answer;
        set => _inbox.Answer = value;
    }

    /// <summary>In order of arrival.</summary>
    public IReadOnlyList<ReceivedWebhook> Webhooks => _inbox.Journal.Entries;

    /// <param name="options">How it starts.</param>
    /// <param name="time">Decides a signature's age and the time of arrival; the system's by default.</param>
    public static async Task<ReceiverServer> StartAsync(ReceiverOptions options, TimeProvider? time = null)
    {
        var inbox = new Inbox(options.Capacity, time ?? TimeProvider.System) { Secrets = options.Secrets };
        var server = await LocalServer.StartAsync(options.Urls, app =>
        {
            new ReceiverControl(inbox).Map(app);
            app.MapPost("/{**any}", inbox.HandleAsync);
        }, kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection =>
        {
            connection.Features.Set(new ClientConnection(connection));
            return next(connection);
        })));
        return new ReceiverServer(server, inbox);
    }

    /// <summary>The URL of a hook, for registration as a callback or endpoint.</summary>
    public Uri Hook(string name = "") => new(BaseUrl, $"/hooks/{name}");

    /// <summary>Decides the answers for one path, which is compared as sent, query included.</summary>
    public void AnswerAt(string path, Func<ReceivedWebhook, IAnswer> answer) => _inbox.AnswerAt(path, answer);

    /// <summary>Waits until so many webhooks, those already there included, satisfy a predicate.</summary>
    /// <exception cref="TimeoutException">Fewer came; the message says how many.</exception>
    public Task<IReadOnlyList<ReceivedWebhook>> WaitForAsync(Func<ReceivedWebhook, bool> predicate, int count, TimeSpan timeout) =>
        _inbox.Journal.WaitForAsync(predicate, count, timeout);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

using System.Collections.Concurrent;
using Kyy.Bridge.Emulator.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kyy.Bridge.Benchmarks.Stages;

/// <summary>A host that receives webhooks, with hooks that each have a manner of their own.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Hook> _hooks = new(StringComparer.Ordinal);
    private LocalServer _server = null!;

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        receiver._server = await LocalServer.StartAsync("http://127.0.0.1:0", app => app.MapPost(
            "/{path}", (HttpContext context, string path) => receiver._hooks[path].ReceiveAsync(context)));
        return receiver;
    }

    /// <summary>A further hook, at a path of its own.</summary>
    public Hook Add(Manner manner)
    {
        var path = $"hook-{_hooks.Count + 1}";
        return _hooks[path] = new(new Uri(_server.Address, path), manner, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hook in _hooks.Values) hook.Release();
        await _server.DisposeAsync();
    }
}

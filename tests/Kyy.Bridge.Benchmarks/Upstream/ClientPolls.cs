using Kyy.Bridge.Addresses;
using Kyy.Bridge.Benchmarks.Load;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Benchmarks.Upstream;

/// <summary>The service's own client, as the poller uses it: with a token that may be cancelled for every poll.</summary>
internal sealed class ClientPolls : IPolls
{
    private readonly UpstreamClient _client;
    private readonly UpstreamTarget _target;

    public ClientPolls(Uri baseUrl, ActorsPlaces places, int concurrency)
    {
        var options = new UpstreamOptions { BaseUrl = baseUrl, MaxConcurrency = concurrency };
        var guarded = UpstreamClient.NewGuardedHandler(options, new AddressGuard(new AddressPolicy([]), []));
        _client = new(options, TimeProvider.System, Trusting.The(places.Authority, UpstreamClient.NewHandler(options)), guarded);
        _target = new(baseUrl, new(places.Key));
    }

    public async Task<bool> AskAsync(string taskId, CancellationToken stopping)
    {
        using var givenUp = new CancellationTokenSource();
        return (await _client.GetResultAsync(_target, taskId, givenUp.Token)).Reply switch
        {
            UpstreamReply.Completed => true,
            UpstreamReply.Waiting => false,
            var odd => throw new InvalidOperationException($"The emulated upstream was not understood: {odd}"),
        };
    }

    public void Dispose() => _client.Dispose();
}

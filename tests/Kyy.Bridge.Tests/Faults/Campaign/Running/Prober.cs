using System.Collections.Concurrent;
using Kyy.Bridge.Tests.Faults.Campaign.Judging;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>Asks every replica twice a second: its API, whether it is ready, whether it lives.</summary>
internal sealed class Prober(Fleet fleet, Clients clients, ConcurrentQueue<Answer> answers)
{
    private const string Api = "/v1/tasks?limit=1";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(0.5);

    /// <summary>Until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        string[] routes = [Api, AnswerJudge.Ready, AnswerJudge.Live];
        await Task.WhenAll(fleet.Slots.SelectMany(slot => routes.Select(route => ProbeAsync(slot, route, cancellation))));
    }

    // One after another: an answer that takes long is one answer.
    private async Task ProbeAsync(Slot slot, string route, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Every, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, route);
                if (route == Api) request.Headers.Authorization = new("Bearer", clients.OfCallbacks);
                if (await clients.AskAsync(slot, request, cancellation) is { } answer) answers.Enqueue(answer);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}

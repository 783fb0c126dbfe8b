using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Tests.Endpoints;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Outcomes;

/// <summary>From the upstream's answer to an endpoint's delivery: no callback has asked for it.</summary>
public sealed class TransitionJourneyTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_that_listens_for_it_is_told_that_a_task_is_processed()
    {
        await using var world = await World.StartAsync(server);
        var client = (await world.Bridge.Database.ReadAsync<Guid>("select id from bridge.clients")).Single();
        var endpoint = await new EndpointRow { Events = [EventTypes.TaskProcessing] }.AddAsync(world.Bridge.Database, client);
        // By another process than this one, so to say: only the look at the database tells of it.
        await Wait.UntilAsync(
            () => Task.FromResult(world.Bridge.Services.GetRequiredService<TransitionListeners>().Include(client)), "the process knows of the endpoint");
        var emulated = world.Upstream.Tasks.Create(new NewTask { Family = EmulatedFamily.Veo, Statuses = [EmulatedStatus.Processing] });

        var task = await world.Client.RegisterAsync(new() { TaskId = emulated.Id }, cancellationToken: Cancellation);

        await Wait.UntilAsync(async () => (await world.Bridge.Database.ReadAsync<Guid>(
            "select d.endpoint_id from bridge.deliveries d join bridge.events e on e.id = d.event_id where e.type = 'task.processing'"))
            .SequenceEqual([endpoint]), "there is a delivery");
        (await world.Client.ListDeliveriesAsync(cancellationToken: Cancellation).SingleAsync(Cancellation)).Task.ShouldBe(task.Id);
    }
}

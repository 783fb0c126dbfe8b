using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Journeys;

/// <summary>A task whose family is known only from its first answer keeps to that family's window from then on.</summary>
public sealed class LearnedFamilyTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_poll_that_was_planned_by_the_default_window_is_put_off_to_the_family_s_minimum()
    {
        await using var world = await World.StartAsync(
            server, ("Bridge:Families:veo:PollInterval:Min", "40s"), ("Bridge:Families:veo:PollInterval:Max", "80s"));
        var emulated = world.Upstream.Tasks.Create(new NewTask { Family = EmulatedFamily.Veo, Statuses = [EmulatedStatus.Processing] });

        var task = await world.Client.RegisterAsync(new() { TaskId = emulated.Id }, cancellationToken: Cancellation);
        await Wait.UntilAsync(
            async () => (task = await world.Client.GetTaskAsync(task.Id, cancellationToken: Cancellation)).Family == "veo", "the model is known");

        (task.NextPollAt - task.LastPolledAt).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(40));
    }
}

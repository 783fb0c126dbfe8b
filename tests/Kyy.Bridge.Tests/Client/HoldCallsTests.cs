using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Client;

public sealed class HoldCallsTests
{
    private const string Held =
        """{"holds":[{"what":"polling","client":"cli_1","host":"a.example:443","created_at":"2026-11-20T09:00:00.000Z","later":1}]}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Holds_PlacedAndReleased()
    {
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(200, Held), new Answer(200, """{"holds":[]}"""));
        var client = bridge.Client();

        var held = await client.HoldAsync(new(HoldKinds.Polling, "cli_1", "a.example:443"), Stop);
        var released = await client.ReleaseAsync(new(HoldKinds.Polling), Stop);

        bridge.Requests.Select(request => $"{request.Line} {request.Body}").ShouldBe([
            """POST /v1/admin/hold {"what":"polling","client":"cli_1","host":"a.example:443"}""",
            """POST /v1/admin/release {"what":"polling"}""",
        ]);
        held.Holds.ShouldBe([new HoldView("polling", "cli_1", "a.example:443", new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero))]);
        released.Holds.ShouldBeEmpty();
    }
}

using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Client;

public sealed class DeliveryCallsTests
{
    private const string Delivery =
        """
        {"id":"dlv_1","event_id":"evt_1","event_type":"task.failed","task":"tsk_1","endpoint":null,"url":"https://a.example/h","state":"dead",
         "dead_reason":"gone","attempt_count":1,"created_at":"2026-11-20T09:00:00.000Z","next_attempt_at":null,
         "ended_at":"2026-11-20T09:00:01.000Z","last_attempt":{"number":1,"started_at":"2026-11-20T09:00:00.500Z","duration_ms":12,
         "status_code":410,"error":null,"response_body":"gone"},"later":1}
        """;

    private const string Replay =
        """
        {"id":"rpl_1","endpoint":null,"kind":"redeliver","state":"dead","task":null,"events":null,"status":"running",
         "since":"2026-11-20T09:00:00.000Z","until":"2026-11-21T09:00:00.000Z","created_at":"2026-11-21T09:00:00.000Z",
         "started_at":"2026-11-21T09:00:00.100Z","ended_at":null,"examined":7,"queued":5}
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deliveries_ListedReadRedelivered()
    {
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(200, $$"""{"data":[{{Delivery}}],"next_cursor":null}"""), new Answer(200, Delivery), new Answer(202, Delivery),
            new Answer(202, """{"id":"rpl_1"}"""));
        var client = bridge.Client();

        var listed = await client.ListDeliveriesAsync(new() { State = DeliveryStates.Dead, Task = "tsk_1", PageSize = 5 }, Stop).ToListAsync(Stop);
        var read = await client.GetDeliveryAsync("dlv_1", Stop);
        await client.RedeliverAsync("dlv_1", cancellationToken: Stop);
        var replay = await client.RedeliverAsync(
            new BulkRedelivery(DeliveryStates.Dead, new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero), Endpoint: "ep_1"), cancellationToken: Stop);

        bridge.Requests.Select(request => $"{request.Line} {request.Body}").ShouldBe([
            "GET /v1/deliveries?state=dead&task=tsk_1&limit=5 ",
            "GET /v1/deliveries/dlv_1 ",
            "POST /v1/deliveries/dlv_1/redeliver ",
            """POST /v1/deliveries/redeliver {"state":"dead","since":"2026-11-20T09:00:00.000Z","endpoint":"ep_1"}""",
        ]);
        replay.ShouldBe("rpl_1");
        listed.ShouldBe([read]);
        (read.EventType, read.DeadReason, read.AttemptCount, read.LastAttempt?.StatusCode, read.LastAttempt?.ResponseBody, read.Attempts).ShouldBe(
            (EventTypes.TaskFailed, "gone", 1, 410, "gone", null));
    }

    [Fact]
    public async Task Replays_ReadListedCancelled()
    {
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(200, Replay), new Answer(200, $$"""{"data":[{{Replay}}],"next_cursor":null}"""), new Answer(204));
        var client = bridge.Client();

        var read = await client.GetReplayAsync("rpl_1", Stop);
        var listed = await client.ListReplaysAsync(Stop).ToListAsync(Stop);
        await client.CancelReplayAsync("rpl_1", Stop);

        bridge.Requests.Select(request => request.Line).ShouldBe(["GET /v1/replays/rpl_1", "GET /v1/replays", "DELETE /v1/replays/rpl_1"]);
        listed.ShouldBe([read]);
        (read.Kind, read.State, read.Status, read.Examined, read.Queued, read.EndedAt).ShouldBe(
            ("redeliver", DeliveryStates.Dead, "running", 7, 5, null));
    }
}

using System.Text;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Client.Contracts;

public sealed class WebhookEventTests
{
    [Fact]
    public void Read_ExampleOfThePublicSurface_HasEveryMember()
    {
        var received = WebhookEvent.Read(Encoding.UTF8.GetBytes(Samples.Webhook));

        received.Type.ShouldBe(EventTypes.TaskCompleted);
        received.Timestamp.ShouldBe(new DateTimeOffset(2026, 11, 20, 9, 10, 11, 123, TimeSpan.Zero));
        var task = received.ReadTask().ShouldNotBeNull();
        (task.Status, task.Ended, task.Sequence).ShouldBe((TaskStatuses.Completed, true, 3));
        JsonSerializer.Serialize(task, BridgeJson.Wire.TaskEventData).ShouldBe(Samples.OneLine(received.Data.ToString()));
    }

    [Theory]
    [InlineData("""{"a":1.0,"b":"\u00e9"}""")]
    [InlineData("""{"z" : [1e3], "a":"é"}""")]
    public void ReadTask_Metadata_IsByteForByte(string metadata)
    {
        var body = Samples.Webhook.Replace("\"metadata\":{}", $"\"metadata\":{metadata}", StringComparison.Ordinal);

        var task = WebhookEvent.Read(Encoding.UTF8.GetBytes(body)).ReadTask()!;

        task.Metadata.Utf8.SequenceEqual(Encoding.UTF8.GetBytes(metadata)).ShouldBeTrue();
        JsonSerializer.Serialize(task, BridgeJson.Wire.TaskEventData).ShouldEndWith($",\"metadata\":{metadata}}}");
    }

    [Theory]
    [InlineData(EventTypes.EndpointPing)]
    [InlineData("something.new")]
    public void ReadTask_EventAboutSomethingElse_IsNull(string type) =>
        new WebhookEvent(type, DateTimeOffset.UnixEpoch, RawJson.Parse("""{"any":1}""")).ReadTask().ShouldBeNull();

    [Fact]
    public void ReadUpstreamKey_OfItsEvents_HasEveryMember()
    {
        var data = Samples.OneLine(
            """
            {"name":"main","state":"rejected","since":"2026-11-20T09:10:11.123Z","status_code":401,
             "base_url":"https://a.example","client_id":"cli_01"}
            """);

        var key = new WebhookEvent(EventTypes.UpstreamKeyRejected, DateTimeOffset.UnixEpoch, RawJson.Parse(data)).ReadUpstreamKey();

        JsonSerializer.Serialize(key, BridgeJson.Wire.UpstreamKeyEventData).ShouldBe(data);
        WebhookEvent.Read(Encoding.UTF8.GetBytes(Samples.Webhook)).ReadUpstreamKey().ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":null,"timestamp":"2026-11-20T09:10:11.123Z","data":{}}""")]
    [InlineData("""{"type":"task.completed","timestamp":"2026-11-20T09:10:11.123Z"}""")]
    public void Read_NotAnEvent_IsRefused(string body) =>
        Should.Throw<JsonException>(() => WebhookEvent.Read(Encoding.UTF8.GetBytes(body)));
}

using System.Text.Json;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Client.Contracts;

public sealed class BridgeJsonTests
{
    [Theory]
    [InlineData(Samples.LivingTask)]
    [InlineData(Samples.EndedTask)]
    public void Task_ReadAndWritten_IsTheSameText(string json)
    {
        var task = JsonSerializer.Deserialize(json, BridgeJson.Wire.BridgeTask);

        JsonSerializer.Serialize(task, BridgeJson.Wire.BridgeTask).ShouldBe(Samples.OneLine(json));
    }

    [Fact]
    public void Task_ForAnAdmin_NamesItsClient()
    {
        var task = JsonSerializer.Deserialize(Samples.LivingTask, BridgeJson.Wire.BridgeTask)! with { ClientId = "cli_01" };

        JsonSerializer.Serialize(task, BridgeJson.Wire.BridgeTask).ShouldEndWith(""","client_id":"cli_01"}""");
    }

    [Fact]
    public void Task_UnknownMembersAndStatus_AreReadOver()
    {
        var json = Samples.LivingTask
            .Replace("\"registered\"", "\"dreaming\"", StringComparison.Ordinal)
            .Replace("\"polls\":0", "\"polls\":0,\"mood\":{\"of\":[1]}", StringComparison.Ordinal);

        JsonSerializer.Deserialize(json, BridgeJson.Wire.BridgeTask)!.Status.ShouldBe("dreaming");
    }

    [Theory]
    [InlineData("\"id\":\"tsk_01\",", "")]
    [InlineData("\"id\":\"tsk_01\"", "\"id\":null")]
    [InlineData("\"pending\":0,", "")]
    public void Task_PromisedMemberIsMissing_IsNotRead(string member, string instead) => Should.Throw<JsonException>(() =>
        JsonSerializer.Deserialize(Samples.LivingTask.Replace(member, instead, StringComparison.Ordinal), BridgeJson.Wire.BridgeTask));

    [Theory]
    [InlineData("2026-11-20T09:10:11Z", "2026-11-20T09:10:11.000Z")]
    [InlineData("2026-11-20T09:10:11.9999999Z", "2026-11-20T09:10:11.999Z")]
    [InlineData("2026-11-20T01:10:11.5+08:00", "2026-11-19T17:10:11.500Z")]
    public void Time_AnyZoneAndPrecision_IsWrittenInUtcWithMilliseconds(string read, string written)
    {
        var accepted = JsonSerializer.Deserialize($$"""{"next_poll_at":"{{read}}"}""", BridgeJson.Wire.PollAccepted)!;

        accepted.NextPollAt.Offset.ShouldBe(TimeSpan.Zero);
        JsonSerializer.Serialize(accepted, BridgeJson.Wire.PollAccepted).ShouldBe($$"""{"next_poll_at":"{{written}}"}""");
    }

    [Theory]
    [InlineData("\"2026-11-20T09:10:11\"")]
    [InlineData("\"2026-11-20\"")]
    [InlineData("\"soon\"")]
    [InlineData("1614265330")]
    public void Time_WithoutZoneOrNoTime_IsNotRead(string time) => Should.Throw<JsonException>(() =>
        JsonSerializer.Deserialize($$"""{"next_poll_at":{{time}}}""", BridgeJson.Wire.PollAccepted));

    [Fact]
    public void Batch_Result_HasIdOrProblem()
    {
        const string json =
            """
            {"results":[{"index":0,"status":201,"id":"tsk_01"},
             {"index":1,"status":400,"problem":{"type":"/problems/validation","title":"Not valid","status":400,
              "errors":{"task_id":["is required"]},"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}}],
             "created":1,"existing":0,"rejected":1}
            """;

        var result = JsonSerializer.Deserialize(json, BridgeJson.Wire.BatchResult)!;

        result.Results[1].Problem!.Errors!["task_id"].ShouldBe(["is required"]);
        JsonSerializer.Serialize(result, BridgeJson.Wire.BatchResult).ShouldBe(Samples.OneLine(json));
    }

    [Fact]
    public void RecordsThatCarryASecret_AreNotShownByTheirText()
    {
        new SigningSecret("whsec_hidden", null).ToString().ShouldBe("SigningSecret");
        new ClientCreated("cli_01", "shop", "kyb_hidden").ToString().ShouldBe("ClientCreated cli_01");
        new UpstreamKeySetting("sk-hidden").ToString().ShouldBe("UpstreamKeySetting");
        new ApiKeyCreated("key_01", "kyb_hidden").ToString().ShouldBe("ApiKeyCreated key_01");
    }
}

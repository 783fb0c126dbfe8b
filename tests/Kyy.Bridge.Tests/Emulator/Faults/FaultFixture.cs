using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;

namespace Kyy.Bridge.Tests.Emulator.Faults;

/// <summary>An emulated upstream with one task, whose answer is known to the byte, and one fault, as it is written in JSON.</summary>
internal static class FaultFixture
{
    public const string Id = "vgen_1";

    /// <summary>The task's answer while it is processing.</summary>
    public const string Processing =
        """{"id":"vgen_1","object":"video","created":1768478400,"model":"veo_3_1_fast","status":"processing","video_url":null,"error":null}""";

    /// <summary>The task's answer once it is completed.</summary>
    public const string Completed =
        """{"id":"vgen_1","object":"video","created":1768478400,"model":"veo_3_1_fast","status":"completed","video_url":"https://cdn.example.test/1.mp4","actualDuration":8.0,"error":null}""";

    public static Task<EmulatorFixture> StartAsync(string fault, params EmulatedStatus[] statuses) =>
        StartAsync(new FaultRule { Does = Read(fault) }, statuses);

    public static async Task<EmulatorFixture> StartAsync(FaultRule? rule, params EmulatedStatus[] statuses)
    {
        var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(new NewTask
        {
            Family = EmulatedFamily.Veo,
            Id = Id,
            Statuses = statuses.Length == 0 ? [EmulatedStatus.Processing] : [.. statuses],
            VideoUrl = "https://cdn.example.test/1.mp4",
        });
        if (rule is not null) emulator.Server.Faults.Add(rule);
        return emulator;
    }

    public static Fault Read(string json) => StrictJson.Read<Fault>(System.Text.Encoding.UTF8.GetBytes(json));

    /// <summary>What two polls of the id report: whether the first one's answer ended the task.</summary>
    public static async Task<bool> EndsTaskAsync(EmulatorFixture emulator)
    {
        var before = emulator.Server.Report().Violations[Violation.AfterEnd];
        emulator.Server.Faults.Clear();
        emulator.Time.Advance(TimeSpan.FromMinutes(1));
        using var again = await emulator.PollAsync(Id);
        return emulator.Server.Report().Violations[Violation.AfterEnd] > before;
    }
}

using System.Text;

namespace Kyy.Bridge.Benchmarks.Sender;

/// <summary>A webhook of the usual size.</summary>
internal static class Example
{
    public const string Type = "task.completed";

    public static byte[] Payload { get; } = Encoding.UTF8.GetBytes(
        """
        {"type":"task.completed","timestamp":"2026-01-01T00:00:00.000000Z","data":{"id":"tsk_01kb0000000000000000000000","task_id":"starvideos-0123456789abcdef","family":"starvideos","model":"starvideos-1","status":"completed","ended":true,"video_url":"https://media.example.test/v/0123456789abcdef.mp4","video_urls":["https://media.example.test/v/0123456789abcdef.mp4"],"metadata":{},"sequence":3}}
        """);
}

namespace Kyy.Bridge.Tests.Client;

/// <summary>JSON as the service writes it, with every member that the public surface names; broken into lines only here.</summary>
internal static class Samples
{
    public const string LivingTask =
        """
        {"id":"tsk_01","task_id":"video_abc123def456","reference":null,"family":null,"model":null,"service_tier":"default",
         "status":"registered","ended":false,"video_url":null,"video_urls":[],"video_url_expires_at":null,"archive":null,
         "actual_duration":null,"error":null,"warnings":["no_destination"],"upstream_created_at":null,
         "registered_at":"2026-11-20T09:00:00.000Z","last_polled_at":null,"next_poll_at":"2026-11-20T09:00:00.000Z","polls":0,
         "consecutive_failures":0,"last_failure":null,"ended_at":null,"deadline_at":"2026-11-21T09:00:00.000Z",
         "callback_urls":[],"metadata":{},"deliveries":{"pending":0,"delivered":0,"dead":0,"cancelled":0}}
        """;

    /// <summary>No member is null, so that each one's shape is seen.</summary>
    public const string EndedTask =
        """
        {"id":"tsk_01","task_id":"video_abc123def456","reference":"order 7","family":"seedance15",
         "model":"seedance_1_5_pro_720p","service_tier":"flex","status":"completed","ended":true,
         "video_url":"https://cdn.example.com/v.mp4?a=1&b=2","video_urls":["https://cdn.example.com/v.mp4?a=1&b=2"],
         "video_url_expires_at":"2026-11-21T09:00:01.000Z",
         "archive":{"state":"stored","bytes":5000000000,"sha256":"ab","url":"https://archive.example.com/v.mp4",
          "expires_at":"2026-12-20T09:00:01.000Z"},
         "actual_duration":5.0,"error":{"code":"upstream_failed","message":"提示词无效"},"warnings":[],
         "upstream_created_at":"2026-11-20T09:00:01.000Z","registered_at":"2026-11-20T09:00:02.345Z",
         "last_polled_at":"2026-11-20T09:05:00.000Z","next_poll_at":"2026-11-20T09:06:00.000Z","polls":3,
         "consecutive_failures":1,
         "last_failure":{"at":"2026-11-20T09:04:00.000Z","kind":"throttled","status_code":429,"detail":"too many requests"},
         "ended_at":"2026-11-20T09:05:00.123Z","deadline_at":"2026-11-22T09:00:02.345Z",
         "callback_urls":["https://app.example.com/hook?x=1"],"metadata":{"a":1.0,"b":"\u00e9"},
         "deliveries":{"pending":1,"delivered":2,"dead":3,"cancelled":4}}
        """;

    /// <summary>The public surface's example of a webhook, its ellipses filled in.</summary>
    public const string Webhook =
        """
        {"type":"task.completed","timestamp":"2026-11-20T09:10:11.123Z",
         "data":{"id":"tsk_01","task_id":"video_abc123def456","reference":null,"family":"seedance15",
          "model":"seedance_1_5_pro_720p","service_tier":"default","status":"completed","ended":true,
          "video_url":"https://cdn.example.com/v.mp4","video_urls":["https://cdn.example.com/v.mp4"],
          "video_url_expires_at":"2026-11-21T09:10:00.000Z","archive":null,"actual_duration":5.0,"error":null,"warnings":[],
          "upstream_created_at":"2026-11-20T09:05:00.000Z","registered_at":"2026-11-20T09:05:01.000Z",
          "ended_at":"2026-11-20T09:10:11.100Z","sequence":3,"metadata":{}}}
        """;

    /// <summary>The sample on one line, as it is on the wire.</summary>
    public static string OneLine(string sample) => string.Concat(sample.Split('\n').Select(line => line.Trim()));
}

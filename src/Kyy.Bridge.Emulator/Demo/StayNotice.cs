namespace Kyy.Bridge.Emulator.Demo;

/// <summary>What somebody needs who goes on by hand.</summary>
internal static class StayNotice
{
    /// <param name="bridge">The service.</param>
    /// <param name="upstream">Where the upstream's control is.</param>
    /// <param name="receiver">The receiver.</param>
    /// <param name="adminKey">The service's admin key, of this run.</param>
    /// <param name="clientKey">The client's key, of this run.</param>
    public static IReadOnlyList<string> Lines(Uri bridge, Uri upstream, Uri receiver, string adminKey, string clientKey) =>
    [
        "Everything keeps running until Ctrl+C.",
        "",
        $"  API         {new Uri(bridge, "/v1/tasks")}",
        $"  Swagger UI  {new Uri(bridge, "/swagger")}",
        $"  client key  {clientKey}",
        $"  admin key   {adminKey}",
        $"  upstream    {new Uri(upstream, "/control/report")}    what it was asked",
        $"  receiver    {new Uri(receiver, "/control/received")}  what has arrived",
        "",
        "One more task, from its creation to its webhook, which is shown below:",
        "",
        $"""  id=$(curl -s {new Uri(upstream, "/control/tasks")} \""",
        """    -d '{"family":"veo"}' | cut -d'"' -f4)""",
        $"""  curl -s {new Uri(bridge, "/v1/tasks")} -H 'Content-Type: application/json' \""",
        $"""    -H 'Authorization: Bearer {clientKey}' \""",
        $$"""    -d "{\"task_id\":\"$id\",\"callback_url\":\"{{receiver}}\"}" """.TrimEnd(),
        "",
    ];
}

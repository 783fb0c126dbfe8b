using System.Text.Json;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>What an emulated upstream answers at its control routes.</summary>
internal sealed class UpstreamClient(HttpClient http, Uri upstream)
{
    /// <summary>Makes a task.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateAsync(NewTask task, CancellationToken stopping)
    {
        using var answer = await http.PostAsJsonAsync(new Uri(upstream, "/control/tasks"), task, Wire.Json, stopping);
        answer.EnsureSuccessStatusCode();
        var created = await answer.Content.ReadFromJsonAsync<JsonElement>(stopping);
        return created.GetProperty("ids")[0].GetString()!;
    }

    public async Task<IReadOnlyList<Poll>> PollsOfAsync(string id, CancellationToken stopping)
    {
        var task = await http.GetFromJsonAsync<JsonElement>(new Uri(upstream, $"/control/tasks/{Uri.EscapeDataString(id)}"), stopping);
        return task.GetProperty("polls").Deserialize<List<Poll>>(Wire.Json)!;
    }
}

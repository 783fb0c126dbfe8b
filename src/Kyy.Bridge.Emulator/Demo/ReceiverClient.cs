using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>What a receiver answers at its control routes.</summary>
internal sealed class ReceiverClient(HttpClient http, Uri receiver)
{
    private readonly List<ReceivedWebhook> _received = [];

    /// <summary>The URL of a hook, for registration as a callback.</summary>
    public Uri Hook(string name) => new(receiver, $"/hooks/{name}");

    /// <summary>Sets what signatures are verified by.</summary>
    public Task VerifyByAsync(string secret, CancellationToken stopping) =>
        PutAsync("/control/secret", new ReceiverControl.NewSecret(secret), stopping);

    /// <summary>Sets the codes of a hook, one for each attempt, the last repeating.</summary>
    public Task AnswerAsync(Uri hook, IReadOnlyList<int> codes, CancellationToken stopping) =>
        PutAsync("/control/answers", new ReceiverControl.NewAnswers(hook.AbsolutePath, codes), stopping);

    /// <summary>All that has come so far, in order of arrival.</summary>
    public async Task<IReadOnlyList<ReceivedWebhook>> ReceivedAsync(CancellationToken stopping)
    {
        var after = _received is [.., var last] ? last.Number : 0;
        var more = await http.GetFromJsonAsync<List<ReceivedWebhook>>(new Uri(receiver, $"/control/received?after={after}"), Wire.Json, stopping);
        _received.AddRange(more!);
        return _received;
    }

    private async Task PutAsync<T>(string path, T wanted, CancellationToken stopping)
    {
        using var answer = await http.PutAsJsonAsync(new Uri(receiver, path), wanted, Wire.Json, stopping);
        answer.EnsureSuccessStatusCode();
    }
}

using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>
/// Requests made of the document and then spoilt. Whatever is sent: no 5xx, every refusal a whole problem document, an answer in time, and
/// nothing in the log that calls for somebody.
/// </summary>
public sealed class FuzzTests(PostgresServer server)
{
    /// <summary>Another one is tried by <c>KYY_FUZZ_SEED</c>: whoever looks for more.</summary>
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("KYY_FUZZ_SEED"), out var other) ? other : 20261126;

    // More than it makes: that none may be made any more would hide all else.
    private static readonly (string Key, string Value)[] Wide = [("Bridge:Limits:Endpoints", "10000")];

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private static readonly string[] Alarming = ["Error", "Fatal"];

    [Fact]
    [Trait(Soak.Trait, "fuzz")]
    public async Task Spoilt_requests_are_refused_as_promised()
    {
        await using var world = await ContractWorld.StartAsync(server, Wide);
        var document = await ApiDocument.ReadAsync(world.Bridge);
        var spoiler = new RequestSpoiler(Seed);
        var operations = document.Operations;
        var wire = new RawCaller(world.Bridge.Address);
        var requests = Soak.Of(600, 20_000);
        var answers = new SortedDictionary<int, int>();
        Soak.Say($"{requests} requests with the seed {Seed}");

        for (var number = 0; number < requests; number++)
        {
            var operation = operations[number % operations.Count];
            var request = spoiler.Spoil(operation, await world.PathAsync(operation), KeyOf(world, operation));
            var sent = TimeProvider.System.GetTimestamp();
            var answer = await wire.SendAsync(request);
            var took = TimeProvider.System.GetElapsedTime(sent);

            FaultOf(request, answer).ShouldBeNull($"request {number} of seed {Seed}, {operation.Name}, spoilt by {request.How}:\n{request.Start}\nanswer: {answer.Status} {answer.Body}");
            took.ShouldBeLessThan(Longest, $"request {number} of seed {Seed}: {operation.Name}");
            answers[answer.Status] = answers.GetValueOrDefault(answer.Status) + 1;
            if (operation is { Method: "DELETE", IdKind: { } kind } && answer.Status < 300) world.Forget(kind);
        }

        Soak.Say($"{operations.Count} operations answered: {string.Join(", ", answers.Select(answer => $"{answer.Value} × {answer.Key}"))}");
        answers.Where(answer => answer.Key >= 400).Sum(answer => answer.Value).ShouldBeGreaterThan(requests / 2);
        world.Bridge.Log.Lines.Where(line => JsonElement.Parse(line).TryGetProperty("@l", out var level) && Alarming.Contains(level.GetString()))
            .ShouldBeEmpty();
    }

    private static string? KeyOf(ContractWorld world, ApiOperation operation) => operation switch
    {
        { IsOfApi: false } => null,
        { IsForAdmins: true } => BridgeApplication.AdminKey,
        _ => world.Client.ApiKey,
    };

    private static string? FaultOf(RawRequest request, RawAnswer answer)
    {
        if (answer.Status is < 200 or >= 500) return "is no answer that may be";
        if (answer.Status < 400) return null;
        if (!request.IsHttp && answer is { Status: 400, Body.Length: 0 }) return null;
        if (answer.ContentType != Problem.MediaType) return $"comes as {answer.ContentType}";
        try
        {
            var problem = JsonElement.Parse(answer.Body);
            var isWhole = problem.GetProperty("type").GetString()!.StartsWith("/problems/", StringComparison.Ordinal)
                && problem.GetProperty("title").GetString()!.Length > 0 && problem.GetProperty("status").GetInt32() == answer.Status
                && problem.GetProperty("trace_id").GetString()!.Length > 0;
            return isWhole ? null : "is no whole problem";
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"is no problem: {broken.Message}";
        }
    }
}

using System.Net;
using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Tests.Http;

public sealed class IdempotencyKeyTests(PostgresServer server) : IAsyncLifetime
{
    private const string Key = "Idempotency-Key";
    private const string Clients = "/v1/admin/clients", ByNature = "/v1/admin/by-nature", Scripted = "/v1/admin/scripted";

    private readonly TaskCompletionSource _entered = new(), _proceed = new();
    private BridgeApplication _bridge = null!;
    private TestCaller _admin = null!;
    private int _runs;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server, api =>
        {
            api.MapPost("/admin/scripted", ScriptedAsync);
            api.MapPost("/admin/by-nature", (JsonBody body) => Script(body)).IsIdempotentByNature();
            api.MapPost("/admin/slow", SlowAsync);
        });
        _admin = _bridge.AsAdmin();
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task SameBody_GivesTheFirstAnswerAgainAndDoesNothing()
    {
        using var first = await _admin.PostAsync(Clients, new { name = "acme" }, (Key, "a"));
        using var again = await _admin.PostAsync(Clients, new { name = "acme" }, (Key, "a"));

        first.Status.ShouldBe(HttpStatusCode.Created);
        first.Header("Idempotent-Replayed").ShouldBeNull();
        again.Status.ShouldBe(HttpStatusCode.Created);
        again.Header("Idempotent-Replayed").ShouldBe("true");
        again.Body.ShouldBe(first.Body);
        again.Header("Content-Type").ShouldBe(first.Header("Content-Type"));
        (await CountClientsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Location_IsPartOfTheAnswer()
    {
        await RunAsync("""{"status":201,"location":"/v1/tasks/tsk_1"}""", "a");
        using var again = await RunAsync("""{"status":201,"location":"/v1/tasks/tsk_1"}""", "a");

        again.Header("Location").ShouldBe("/v1/tasks/tsk_1");
    }

    [Fact]
    public async Task AnotherBody_IsRefused()
    {
        using var first = await _admin.PostAsync(Clients, new { name = "acme" }, (Key, "a"));
        using var other = await _admin.PostAsync(Clients, new { name = "other" }, (Key, "a"));

        other.ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
        (await CountClientsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task AnotherKeyOrPathOrOwner_IsAnotherRequest()
    {
        using var second = await _admin.PostAsync("/v1/admin/keys", new { name = "second" });
        var colleague = _bridge.As(second.Read(BridgeJson.Wire.ApiKeyCreated).ApiKey);

        using var one = await _admin.PostAsync(Clients, new { name = "acme" }, (Key, "a"));
        using var two = await _admin.PostAsync(Clients, new { name = "acme" }, (Key, "b"));
        using var three = await colleague.PostAsync(Clients, new { name = "acme" }, (Key, "a"));
        using var four = await _admin.PostAsync("/v1/admin/keys", new { name = "acme" }, (Key, "a"));

        (await CountClientsAsync()).ShouldBe(3);
        four.Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task ClientsOwnKeys_ShareTheirIdempotencyKeys()
    {
        var client = await _bridge.CreateClientAsync();
        using var key = await _admin.SendAsync(HttpMethod.Post, $"{Clients}/{client.Id}/keys");
        var other = _bridge.As(key.Read(BridgeJson.Wire.ApiKeyCreated).ApiKey);

        using var first = await _bridge.As(client.ApiKey).PostAsync("/v1/signing-secret/rotate", new { overlap_seconds = 5 }, (Key, "a"));
        using var again = await other.PostAsync("/v1/signing-secret/rotate", new { overlap_seconds = 5 }, (Key, "a"));

        again.Body.ShouldBe(first.Body);
    }

    [Fact]
    public async Task AdminActingForAnotherClient_IsAnotherRequest()
    {
        var (one, other) = (await _bridge.CreateClientAsync(), await _bridge.CreateClientAsync());
        var body = new { overlap_seconds = 5 };

        using var first = await _admin.PostAsync("/v1/signing-secret/rotate", body, (Key, "a"), ("Kyy-Client", one.Id));
        using var second = await _admin.PostAsync("/v1/signing-secret/rotate", body, (Key, "a"), ("Kyy-Client", other.Id));

        first.Status.ShouldBe(HttpStatusCode.OK);
        second.ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("ümlaut")]
    public async Task KeyNotVisibleCharacters_IsRefused(string key)
    {
        using var answer = await _admin.PostAsync(Clients, new { name = "acme" }, (Key, key));
        answer.ShouldBeInvalid(Key, "must be 1 to 255 visible ASCII characters");
    }

    [Theory]
    [InlineData(255, HttpStatusCode.Created)]
    [InlineData(256, HttpStatusCode.BadRequest)]
    public async Task KeyOfTheLargestSize_IsTheLast(int length, HttpStatusCode status)
    {
        using var answer = await _admin.PostAsync(Clients, new { name = "acme" }, (Key, new string('k', length)));
        answer.Status.ShouldBe(status);
    }

    [Theory]
    [InlineData(200, 1)]
    [InlineData(400, 1)]
    [InlineData(404, 1)]
    [InlineData(422, 1)]
    [InlineData(401, 2)]
    [InlineData(409, 2)]
    [InlineData(413, 2)]
    [InlineData(429, 2)]
    [InlineData(500, 2)]
    [InlineData(503, 2)]
    public async Task Answer_OfThisStatus_IsKeptOrNot(int status, int runs)
    {
        var body = $$"""{"status":{{status}}}""";
        using var first = await RunAsync(body, "a");
        using var again = await RunAsync(body, "a");

        ((int)again.Status).ShouldBe(status);
        _runs.ShouldBe(runs);
        again.Header("Idempotent-Replayed").ShouldBe(runs == 1 ? "true" : null);
        if (status >= 400) again.Header("Content-Type").ShouldBe(Problem.MediaType);
    }

    [Theory]
    [InlineData("""{"status":409,"effect":true}""")]
    [InlineData("""{"status":404,"effect":true}""")]
    [InlineData("""{"throw":true,"effect":true}""")]
    public async Task Refusal_AfterAnEffect_TakesItBack(string body)
    {
        await RunAsync(body, "a");
        await RunAsync(body, key: null);

        (await CountClientsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task FirstStillRunning_IsAConflictUntilItIsDone()
    {
        var first = _admin.PostAsync("/v1/admin/slow", new { }, (Key, "a"));
        await _entered.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);

        using var meanwhile = await _admin.PostAsync("/v1/admin/slow", new { }, (Key, "a"));
        meanwhile.ShouldBeProblem(HttpStatusCode.Conflict, "idempotency-in-progress");
        meanwhile.Header("Retry-After").ShouldBe("1");

        _proceed.SetResult();
        (await first).Status.ShouldBe(HttpStatusCode.OK);
        using var again = await _admin.PostAsync("/v1/admin/slow", new { }, (Key, "a"));
        again.Header("Idempotent-Replayed").ShouldBe("true");
        _runs.ShouldBe(1);
    }

    [Fact]
    public async Task ManyAtOnce_HaveOneEffect()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _admin.PostAsync(Clients, new { name = "acme" }, (Key, "a"))));

        (await CountClientsAsync()).ShouldBe(1);
        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.Created || answer.Status == HttpStatusCode.Conflict);
        answers.Where(answer => answer.Status == HttpStatusCode.Created).Select(answer => answer.Body).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task KeptAnswer_IsNotReadableInTheDatabase()
    {
        using var first = await _admin.PostAsync(Clients, new { name = "acme" }, (Key, "a"));

        var record = await _bridge.QueryAsync(db => db.IdempotencyKeys.SingleAsync());
        Encoding.Latin1.GetString(record.Body!).ShouldNotContain(first.Read(BridgeJson.Wire.ClientCreated).ApiKey);
        Encoding.Latin1.GetString(record.Body!).ShouldNotContain("kyb_");
    }

    [Fact]
    public async Task KeyOlderThanADay_IsFreeAgain()
    {
        using var first = await _admin.PostAsync(Clients, new { name = "acme" }, (Key, "a"));
        await AgeAsync();

        using var other = await _admin.PostAsync(Clients, new { name = "other" }, (Key, "a"));
        using var again = await _admin.PostAsync(Clients, new { name = "other" }, (Key, "a"));

        other.Status.ShouldBe(HttpStatusCode.Created);
        again.Body.ShouldBe(other.Body);
    }

    [Fact]
    public async Task ByNature_SameBody_IsAnsweredAnew()
    {
        await RunAsync("""{"status":200}""", "a", ByNature);
        using var again = await RunAsync("""{"status":200}""", "a", ByNature);

        again.Status.ShouldBe(HttpStatusCode.OK);
        again.Header("Idempotent-Replayed").ShouldBeNull();
        _runs.ShouldBe(2);
        (await _bridge.QueryAsync(db => db.IdempotencyKeys.SingleAsync())).Body.ShouldBeNull();
    }

    [Fact]
    public async Task ByNature_AnotherBody_IsRefusedUntilADayIsOver()
    {
        await RunAsync("""{"status":200}""", "a", ByNature);
        using var other = await RunAsync("""{"status":201}""", "a", ByNature);
        await AgeAsync();
        using var later = await RunAsync("""{"status":201}""", "a", ByNature);

        other.ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
        later.Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task ByNature_RefusedForNow_MayBeFollowedByAnotherBody()
    {
        await RunAsync("""{"status":429}""", "a", ByNature);
        using var other = await RunAsync("""{"status":201}""", "a", ByNature);

        other.Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task LongPath_IsRefusedLikeAnyUnknownId()
    {
        using var answer = await _admin.PostTextAsync($"{Clients}/{new string('a', 6000)}/keys", "{}", (Key, "a"));
        answer.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
    }

    private Task<TestAnswer> RunAsync(string body, string? key, string path = Scripted) =>
        _admin.PostTextAsync(path, body, key is null ? [] : [(Key, key)]);

    private Task<int> CountClientsAsync() => _bridge.QueryAsync(db => db.Clients.CountAsync());

    private Task<int> AgeAsync() => _bridge.QueryAsync(db =>
        db.Database.ExecuteSqlAsync($"update bridge.idempotency_keys set created_at = now() - interval '24 hours 1 second'"));

    private async Task<IResult> ScriptedAsync(
        JsonBody body, BridgeDbContext db, ClientRegistrar registrar, CancellationToken cancellation)
    {
        if (body.Root.TryGetProperty("effect", out _)) await registrar.CreateAsync(db, "half done", true, cancellation);
        if (body.Root.TryGetProperty("throw", out _)) throw new InvalidOperationException("after the effect");
        return Script(body);
    }

    private IResult Script(JsonBody body)
    {
        Interlocked.Increment(ref _runs);
        var status = body.Root.GetProperty("status").GetInt32();
        return status switch
        {
            200 => TypedResults.Ok(new Health("done")),
            201 => TypedResults.Created(body.Root.TryGetProperty("location", out var location) ? location.GetString() : null),
            429 => Problems.Quota("Too many.", TimeSpan.FromSeconds(7)),
            _ => Problems.OfStatus(status),
        };
    }

    private async Task<Ok<Health>> SlowAsync()
    {
        Interlocked.Increment(ref _runs);
        _entered.TrySetResult();
        await _proceed.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        return TypedResults.Ok(new Health("done"));
    }
}

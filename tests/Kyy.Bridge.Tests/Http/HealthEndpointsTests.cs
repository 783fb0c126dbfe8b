using System.Net;
using Kyy.Bridge.Http;
using Kyy.Bridge.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kyy.Bridge.Tests.Http;

public sealed class HealthEndpointsTests(PostgresServer server) : IAsyncLifetime
{
    private const string Live = "/healthz/live", Ready = "/healthz/ready";

    private TestDatabase _database = null!;
    private DatabaseGate _gate = null!;
    private BridgeApplication _bridge = null!;
    private Liveness _liveness = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await server.CreateDatabaseAsync();
        _gate = new DatabaseGate(_database);
        // Without the service's own loops, which would be late, too, when the clock jumps.
        _bridge = await BridgeApplication.StartAsync(_database, _gate.DataSource, settings: ("Bridge:Roles", "api"));
        _liveness = _bridge.Services.GetRequiredService<Liveness>();
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _gate.DisposeAsync();
    }

    [Fact]
    public async Task AllWell_IsLiveAndReadyForAnybody()
    {
        using var live = await _bridge.As(null).GetAsync(Live);
        using var ready = await _bridge.As(null).GetAsync(Ready);

        (live.Status, live.Body).ShouldBe((HttpStatusCode.OK, """{"status":"live"}"""));
        (ready.Status, ready.Body).ShouldBe((HttpStatusCode.OK, """{"status":"ready"}"""));
    }

    [Fact]
    public async Task MigrationMissing_IsNotReadyAndTellsTheReasonToAdminsOnly()
    {
        await ExecuteAsync($"delete from bridge.migrations");

        using var anybody = await _bridge.As(null).GetAsync(Ready);
        using var admin = await _bridge.AsAdmin().GetAsync(Ready);

        anybody.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "unavailable").Detail.ShouldBeNull();
        admin.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "unavailable").Detail.ShouldNotBeNull()
            .ShouldContain("0001_initial_schema");
    }

    [Fact]
    public async Task ClientsKey_IsNotToldTheReason()
    {
        var client = await _bridge.CreateClientAsync();
        await ExecuteAsync($"delete from bridge.migrations");

        using var answer = await _bridge.As(client.ApiKey).GetAsync(Ready);
        answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "unavailable").Detail.ShouldBeNull();
    }

    [Theory]
    [InlineData(58, HttpStatusCode.OK)]
    [InlineData(62, HttpStatusCode.ServiceUnavailable)]
    public async Task ClockApart_IsReadyUpToAMinute(int seconds, HttpStatusCode status)
    {
        _bridge.Clock.Advance(TimeSpan.FromSeconds(seconds));

        using var answer = await _bridge.As(null).GetAsync(Ready);
        answer.Status.ShouldBe(status);
    }

    [Fact]
    public async Task Stopping_IsNotReadyButLive()
    {
        var readiness = ActivatorUtilities.CreateInstance<Readiness>(_bridge.Services, new StoppedLifetime());

        (await readiness.FaultAsync()).ShouldNotBeNull().ShouldContain("stopping");
        using var live = await _bridge.As(null).GetAsync(Live);
        live.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task ManyProbes_LookAtTheDatabaseOnce()
    {
        using var first = await _bridge.As(null).GetAsync(Ready);
        _gate.Refuse();
        using var within = await _bridge.As(null).GetAsync(Ready);
        _bridge.Clock.Advance(TimeSpan.FromSeconds(1));
        using var after = await _bridge.As(null).GetAsync(Ready);

        within.Status.ShouldBe(HttpStatusCode.OK);
        after.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task DatabaseSilent_IsNotReadyWithinFiveSeconds()
    {
        _gate.FallSilent();
        var asked = TimeProvider.System.GetTimestamp();

        using var answer = await _bridge.AsAdmin().GetAsync(Ready);

        answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "unavailable").Detail.ShouldBe("The database does not answer.");
        TimeProvider.System.GetElapsedTime(asked).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task LoopHung_IsNotLiveUntilItBeatsAgain()
    {
        _liveness.Beat("poller");
        _liveness.Beat("dispatcher");
        _bridge.Clock.Advance(Liveness.Patience);
        _liveness.Beat("dispatcher");

        using var hung = await _bridge.AsAdmin().GetAsync(Live);
        _liveness.Beat("poller");
        using var again = await _bridge.AsAdmin().GetAsync(Live);

        var detail = hung.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "unavailable").Detail.ShouldNotBeNull();
        detail.ShouldContain("poller");
        detail.ShouldNotContain("dispatcher");
        again.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LoopEnded_IsNotMissed()
    {
        _liveness.Beat("poller");
        _liveness.End("poller");
        _bridge.Clock.Advance(Liveness.Patience);

        using var answer = await _bridge.As(null).GetAsync(Live);
        answer.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LoopWaitsForADatabaseThatIsOut_IsLiveAndHasItsPatienceAnewWhenItIsBack()
    {
        _liveness.Beat("poller");
        _bridge.Clock.Advance(Liveness.Patience);
        _gate.Refuse();
        using var during = await _bridge.As(null).GetAsync(Live);

        _gate.Open();
        _bridge.Clock.Advance(TimeSpan.FromSeconds(10));
        using var back = await _bridge.As(null).GetAsync(Live);
        _bridge.Clock.Advance(Liveness.Patience);
        using var later = await _bridge.As(null).GetAsync(Live);

        (during.Status, back.Status, later.Status).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable));
    }

    [Fact]
    public async Task DatabaseOut_AnyKeyIsStillLive()
    {
        _gate.Refuse();
        using var answer = await _bridge.As("kyb_somebody").GetAsync(Live);
        answer.Status.ShouldBe(HttpStatusCode.OK);
    }

    private async Task ExecuteAsync(FormattableString sql) => await _bridge.QueryAsync(db => db.Database.ExecuteSqlAsync(sql));

    private sealed class StoppedLifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;
        public CancellationToken ApplicationStopping => new(canceled: true);
        public CancellationToken ApplicationStopped => default;

        public void StopApplication()
        {
            // It has stopped.
        }
    }
}

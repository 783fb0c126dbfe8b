using System.Net;
using Kyy.Bridge.Configuration;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Maintenance;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Configuration;

public sealed class BridgeSettingsTests
{
    private const string AdminKey = "0123456789abcdef0123456789abcdef";

    [Fact]
    public void Read_NothingGivenInDevelopment_HasTheDefaultsOfADevelopersMachine()
    {
        var settings = Given.Development().Accepted();

        settings.Database.ConnectionString.ShouldBeNull();
        settings.Database.MigrateAtStart.ShouldBeTrue();
        settings.Callbacks.RequireHttps.ShouldBeFalse();
        settings.Callbacks.AllowedNetworks.ShouldBe([IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")]);
    }

    [Fact]
    public void Read_OnlyADatabaseGivenInProduction_HasTheStrictDefaults()
    {
        var settings = Given.Production().Accepted();

        settings.Database.ConnectionString.ShouldNotBeNull().Reveal().ShouldBe(Given.ConnectionString);
        settings.Database.MigrateAtStart.ShouldBeFalse();
        settings.Auth.AdminKey.ShouldBeNull();
        settings.Callbacks.RequireHttps.ShouldBeTrue();
        settings.Callbacks.AllowedNetworks.ShouldBeEmpty();
        settings.Roles.ShouldBe(new RolesSettings { Api = true, Worker = true, Console = true });
    }

    [Fact]
    public void Read_NoDatabaseInProduction_IsRefused()
    {
        var fault = BridgeSettings.Read(Given.Configuration((Given.RingKeyKey, Given.RingKey)), isDevelopment: false, Given.Documented).OnlyFault();

        fault.Key.ShouldBe(Given.ConnectionStringKey);
        fault.Value.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("postgres://joe:hunter2@db/bridge")]
    [InlineData("Host=db;Port=hunter2")]
    [InlineData("Host=db;Passwrd=hunter2")]
    [InlineData("Database=bridge;Password=hunter2")]
    public void Read_ConnectionStringThatNpgsqlCannotRead_IsRefusedWithoutShowingIt(string connectionString)
    {
        var fault = Given.Development((Given.ConnectionStringKey, connectionString)).OnlyFault();

        fault.Value.ShouldBe("***");
        fault.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public void Read_ManyFaults_ReportsAllOfThemAtOnce()
    {
        var reading = Given.Production(
            ("Bridge:Auth:AdminKey", "short"),
            ("Bridge:Upstream:Timeout", "15"),
            ("Bridge:Families:veo:PollInterval:Min", "5s"),
            ("Bridge:Delivery:RetrySchedule:0", "5s"),
            ("Bridge:Callbacks:RequireHttps", "yes"),
            ("Bridge:ShutdownTimeout", "10s"),
            ("Bridge:Rols", "api"));

        reading.Settings.ShouldBeNull();
        reading.Faults.Select(fault => fault.Key).ShouldBe(
        [
            "Bridge:Upstream:Timeout", "Bridge:Auth:AdminKey", "Bridge:Families:veo:PollInterval:Min", "Bridge:Delivery:RetrySchedule",
            "Bridge:Callbacks:RequireHttps", "Bridge:ShutdownTimeout", "Bridge:Rols",
        ]);
    }

    [Theory]
    [InlineData("Bridge:Delivery:Lease", "20s", "Bridge:Delivery:Timeout")]
    [InlineData("Bridge:Delivery:RetrySchedule", "5s,4s", "shorter")]
    [InlineData("Bridge:Delivery:RetrySchedule", "1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s", "20 waits")]
    [InlineData("Bridge:ShutdownTimeout", "20s", "Bridge:Delivery:Timeout")]
    [InlineData("Bridge:Http:PathBase", "bridge", "slash")]
    [InlineData("Bridge:Http:PathBase", "/bridge/", "slash")]
    [InlineData("Bridge:Roles", "api,workers", "Did you mean worker?")]
    [InlineData("Bridge:Database:MaxConnections", "3", "from 4")]
    public void Read_RuleBroken_NamesKeyValueAndRemedy(string key, string value, string remedy)
    {
        var fault = Given.Production((key, value)).OnlyFault();

        fault.Key.ShouldBe(key);
        fault.Value.ShouldBe(value);
        fault.Remedy.ShouldContain(remedy);
    }

    [Fact]
    public void Read_UpstreamTimeoutAsLongAsTheShutdown_IsRefused() =>
        Given.Production(("Bridge:Upstream:Timeout", "25s"), ("Bridge:ShutdownTimeout", "25s")).OnlyFault().Remedy
            .ShouldContain("Bridge:Upstream:Timeout");

    [Fact]
    public void Read_UpstreamTimeoutAsLongAsAWindowsMinimum_IsRefused() =>
        Given.Production(("Bridge:Upstream:Timeout", "30s"), ("Bridge:ShutdownTimeout", "40s")).OnlyFault().Remedy
            .ShouldContain("a poll has to end before the next one");

    [Fact]
    public void Read_DeliveryTimeoutAlone_TakesTheLeaseWithIt() =>
        Given.Production(("Bridge:Delivery:Timeout", "25s")).Accepted().Delivery.Lease.ShouldBe(TimeSpan.FromSeconds(35));

    [Fact]
    public void Read_BaseUrlAlone_IsTheOneAllowedBaseUrl()
    {
        var upstream = Given.Production(("Bridge:Upstream:BaseUrl", "https://elsewhere/api/")).Accepted().Upstream;

        upstream.BaseUrl.ShouldBe(new Uri("https://elsewhere/api"));
        upstream.AllowedBaseUrls.ShouldBe([new Uri("https://elsewhere/api")]);
    }

    [Fact]
    public void Read_RetryScheduleGiven_ReplacesTheWholeDefault() =>
        Given.Production(("Bridge:Delivery:RetrySchedule", "5s,5s")).Accepted().Delivery.RetrySchedule
            .ShouldBe([TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)]);

    [Fact]
    public void Read_AnEngineThatThisBuildDoesNotHave_IsRefusedWithThoseItHas()
    {
        var fault = Given.Production(("Bridge:Scheduling:Engine", "Quartz")).OnlyFault();

        fault.Key.ShouldBe("Bridge:Scheduling:Engine");
        fault.Remedy.ShouldBe(Engines.BuiltIn is [var only]
            ? $"Write {only.Name}. This build has no other: Hangfire comes with the package set Full."
            : "Write Hangfire or Hosted.");
    }

    [Fact]
    public void Read_AnEngineInAnyCase_IsThatOne() =>
        Given.Production(("Bridge:Scheduling:Engine", "hosted")).Accepted().Scheduling.Engine.ShouldBe(Engines.Find("Hosted"));

    [Fact]
    public void Read_RolesGiven_AreThoseAlone() =>
        Given.Production(("Bridge:Roles", "console")).Accepted().Roles
            .ShouldBe(new RolesSettings { Api = false, Worker = false, Console = true });

    [Fact]
    public void Read_EveryOptionGiven_LandsInItsOwnSetting()
    {
        var settings = Given.Production(
            ("Bridge:Database:MigrateAtStart", "true"), ("Bridge:Database:MaxConnections", "21"), ("Bridge:Database:LocalDirectory", "/data"),
            ("Bridge:Upstream:AllowedBaseUrls", "https://a,https://b"), ("Bridge:Upstream:Timeout", "16s"), ("Bridge:Upstream:MaxConcurrency", "65"),
            ("Bridge:Upstream:MaxRequestsPerSecond", "201"), ("Bridge:Upstream:Proxy", "http://proxy:3128"),
            ("Bridge:Delivery:Timeout", "21s"), ("Bridge:Delivery:Lease", "22s"), ("Bridge:Delivery:RetrySchedule", "1s"),
            ("Bridge:Delivery:MaxConcurrency", "257"), ("Bridge:Delivery:MaxConcurrencyPerHost", "33"),
            ("Bridge:Delivery:DisableAfter", "6d"), ("Bridge:Delivery:Hold", "true"),
            ("Bridge:Callbacks:RequireHttps", "false"), ("Bridge:Callbacks:AllowedNetworks", "10.0.0.0/8"),
            ("Bridge:Callbacks:BlockedPorts", "25,137-139"), ("Bridge:Callbacks:Proxy", "http://egress:3128"),
            ("Bridge:Retention:Tasks", "1d"), ("Bridge:Retention:Deliveries", "2d"), ("Bridge:Retention:Events", "3d"),
            ("Bridge:Limits:RequestsPerSecond", "5"), ("Bridge:Limits:TasksInFlight", "6"), ("Bridge:Limits:Waits", "3"),
            ("Bridge:Limits:CallbacksPerTask", "4"),
            ("Bridge:Http:PathBase", "/bridge"), ("Bridge:Http:KnownProxies", "10.0.0.7"), ("Bridge:ShutdownTimeout", "31s")).Accepted();

        (settings.Database with { ConnectionString = null })
            .ShouldBe(new DatabaseSettings { MigrateAtStart = true, MaxConnections = 21, LocalDirectory = "/data" });
        settings.Upstream.AllowedBaseUrls.ShouldBe([new Uri("https://a"), new Uri("https://b")]);
        (settings.Upstream with { AllowedBaseUrls = [] }).ShouldBe(new UpstreamOptions
        {
            AllowedBaseUrls = [],
            Timeout = TimeSpan.FromSeconds(16),
            MaxConcurrency = 65,
            MaxRequestsPerSecond = 201,
            Proxy = new Uri("http://proxy:3128"),
        });
        settings.Delivery.RetrySchedule.ShouldBe([TimeSpan.FromSeconds(1)]);
        (settings.Delivery with { RetrySchedule = [] }).ShouldBe(new DeliverySettings
        {
            Timeout = TimeSpan.FromSeconds(21),
            Lease = TimeSpan.FromSeconds(22),
            RetrySchedule = [],
            MaxConcurrency = 257,
            MaxConcurrencyPerHost = 33,
            DisableAfter = TimeSpan.FromDays(6),
            Hold = true,
        });
        settings.Callbacks.RequireHttps.ShouldBeFalse();
        settings.Callbacks.AllowedNetworks.ShouldBe([IPNetwork.Parse("10.0.0.0/8")]);
        settings.Callbacks.BlockedPorts.ShouldBe([new(25, 25), new(137, 139)]);
        settings.Callbacks.Proxy.ShouldBe(new Uri("http://egress:3128"));
        settings.Retention.ShouldBe(
            new RetentionSettings { Tasks = TimeSpan.FromDays(1), Deliveries = TimeSpan.FromDays(2), Events = TimeSpan.FromDays(3) });
        settings.Limits.ShouldBe(new LimitsSettings { RequestsPerSecond = 5, TasksInFlight = 6, Waits = 3, CallbacksPerTask = 4 });
        settings.Http.PathBase.ShouldBe("/bridge");
        settings.Http.KnownProxies.ShouldBe([IPNetwork.Parse("10.0.0.7/32")]);
        settings.ShutdownTimeout.ShouldBe(TimeSpan.FromSeconds(31));
    }

    [Fact]
    public void Read_SecretsGiven_AreRevealedByNoPrint()
    {
        var reading = Given.Production(("Bridge:Auth:AdminKey", AdminKey), ("Bridge:Upstream:ApiKey", "hunter2"));

        var settings = reading.Accepted();
        settings.Auth.AdminKey.ShouldNotBeNull().Reveal().ShouldBe(AdminKey);
        settings.Upstream.ApiKey.ShouldNotBeNull().Reveal().ShouldBe("hunter2");
        $"{settings} {string.Join(' ', reading.Values)}".ShouldNotContain(AdminKey);
        $"{settings} {string.Join(' ', reading.Values)}".ShouldNotContain("hunter2");
    }
}

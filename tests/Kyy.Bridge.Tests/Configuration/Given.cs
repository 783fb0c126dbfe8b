using Kyy.Bridge.Configuration;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.Extensions.Configuration;

namespace Kyy.Bridge.Tests.Configuration;

/// <summary>Configurations as somebody might write them.</summary>
internal static class Given
{
    public const string ConnectionStringKey = "ConnectionStrings:Bridge";
    public const string ConnectionString = "Host=db;Username=bridge;Password=hunter2";

    /// <summary>What protects the key ring: without it Production does not start.</summary>
    public const string RingKeyKey = "Bridge:Secrets:Key", RingKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private static readonly PollWindow Usual = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));

    /// <summary>Families with values as the documents give them, one of each kind.</summary>
    public static readonly IReadOnlyList<ModelFamily> Documented =
    [
        Family("starvideos", "starvideos*"),
        Family("videos", "videos*"),
        Family("seedance15", "seedance_1_5*") with
        {
            FlexWindow = new PollWindow(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120)),
            FlexDeadline = TimeSpan.FromHours(48),
            RecordLife = TimeSpan.FromHours(24),
            Estimates =
            [
                new("*720p", TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5)),
                new("*1080p", TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(8)),
            ],
        },
        Family("veo", "veo*") with { Estimates = [new("veo*", TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5))] },
        Family("sd2manxue", "sd2_manxue*"),
        Family("default", "*"),
    ];

    public static IConfiguration Configuration(params (string Key, string? Value)[] given) => new ConfigurationBuilder()
        .AddInMemoryCollection(given.GroupBy(pair => pair.Key).Select(pairs => KeyValuePair.Create(pairs.Key, pairs.Last().Value)))
        .Build();

    public static ConfigurationReader Reader(params (string Key, string? Value)[] given) => new(Configuration(given));

    /// <summary>What Production reads, with a database, a key for the ring, and beyond that only what is given.</summary>
    public static SettingsReading Production(params (string Key, string? Value)[] given) =>
        BridgeSettings.Read(
            Configuration([(ConnectionStringKey, ConnectionString), (RingKeyKey, RingKey), .. given]), isDevelopment: false, Documented);

    public static SettingsReading Development(params (string Key, string? Value)[] given) =>
        BridgeSettings.Read(Configuration(given), isDevelopment: true, Documented);

    public static BridgeSettings Accepted(this SettingsReading reading)
    {
        reading.Faults.ShouldBeEmpty();
        return reading.Settings.ShouldNotBeNull();
    }

    public static ConfigurationFault OnlyFault(this SettingsReading reading)
    {
        reading.Settings.ShouldBeNull();
        return reading.Faults.ShouldHaveSingleItem();
    }

    private static ModelFamily Family(string id, string models) => new()
    {
        Id = id,
        Title = id,
        Models = [models],
        Window = Usual,
        Deadline = TimeSpan.FromHours(24),
        FlexDeadline = TimeSpan.FromHours(24),
        NotFoundGrace = TimeSpan.FromMinutes(10),
    };
}

using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>
/// The keys that secrets are encrypted with, in PostgreSQL, where every replica and every backup has them. Keys are never removed:
/// what an old one encrypted has to stay readable.
/// </summary>
internal sealed class DataProtectionRing(NpgsqlDataSource dataSource) : IXmlRepository
{
    private const string ApplicationName = "Kyy.Bridge";

    // An operator decides when another key takes over, not a date.
    private static readonly TimeSpan KeyLife = TimeSpan.FromDays(365 * 100), ClockTolerance = TimeSpan.FromDays(2);

    /// <inheritdoc />
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = dataSource.CreateCommand("select xml from bridge.data_protection_keys order by id");
        using var reader = command.ExecuteReader();
        var elements = new List<XElement>();
        while (reader.Read()) elements.Add(XElement.Parse(reader.GetString(0)));
        return elements;
    }

    /// <inheritdoc />
    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = dataSource.CreateCommand("insert into bridge.data_protection_keys (xml) values ($1)");
        command.Parameters.Add(new() { Value = element.ToString(SaveOptions.DisableFormatting) });
        command.ExecuteNonQuery();
    }

    /// <summary>Protects with this ring. No process adds a key by itself: of two that did, neither would read what the other wrote.</summary>
    public static IDataProtectionBuilder Add(IServiceCollection services)
    {
        services.AddSingleton<DataProtectionRing>();
        services.AddOptions<KeyManagementOptions>().Configure<DataProtectionRing>((options, ring) =>
        {
            options.XmlRepository = ring;
            options.AutoGenerateKeys = false;
        });
        return services.AddDataProtection().SetApplicationName(ApplicationName);
    }

    /// <summary>Makes the first key where there is none. To be run as a first step of the migration, under its lock.</summary>
    public static async Task CreateFirstKeyAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<BridgeDbContext>>().CreateDbContextAsync(cancellation);
        if (await db.DataProtectionKeys.AnyAsync(cancellation)) return;

        // Active since long ago: a replica whose clock is behind would else have a ring without a key that it may use.
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        services.GetRequiredService<IKeyManager>().CreateNewKey(now - ClockTolerance, now + KeyLife);
    }
}

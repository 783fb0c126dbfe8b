using Kyy.Bridge.Configuration;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Verbs;

/// <summary>What every verb that touches the database begins with: configuration, checked whole, and the way to PostgreSQL.</summary>
internal sealed class ServiceSetup : IAsyncDisposable
{
    private readonly LocalPostgres? _local;

    private ServiceSetup(WebApplicationBuilder builder, BridgeSettings settings, NpgsqlDataSource dataSource, LocalPostgres? local) =>
        (Builder, Settings, DataSource, _local) = (builder, settings, dataSource, local);

    public WebApplicationBuilder Builder { get; }

    public BridgeSettings Settings { get; }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>Configuration from the folder of the assembly, so that the service starts from any working folder; secrets from files.</summary>
    public static WebApplicationBuilder CreateBuilder(IEnumerable<string> arguments)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [.. arguments], ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.AddSecretFiles(Environment.GetEnvironmentVariable);
        return builder;
    }

    /// <summary>Runs <paramref name="work"/> with the service set up; a configuration with faults is reported whole instead.</summary>
    public static async Task<int> RunAsync(
        IEnumerable<string> arguments, Func<ServiceSetup, CancellationToken, Task<int>> work, CancellationToken cancellation)
    {
        var builder = CreateBuilder(arguments);
        var reading = BridgeSettings.Read(builder.Configuration, builder.Environment.IsDevelopment(), ModelCatalogue.Documented.Families);
        if (!reading.IsAccepted)
        {
            await Console.Error.WriteAsync(FaultReport.Format(reading.Faults));
            return FaultReport.ExitCode;
        }

        try
        {
            await using var setup = await CreateAsync(builder, reading.Settings, cancellation);
            return await work(setup, cancellation);
        }
        catch (LocalPostgresException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
        catch (NpgsqlException outage) when (outage is not PostgresException)
        {
            await Console.Error.WriteLineAsync("PostgreSQL cannot be reached. Look at ConnectionStrings:Bridge, and whether the server runs and lets this machine in.");
            return 1;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        if (_local is not null) await _local.DisposeAsync();
    }

    private static async Task<ServiceSetup> CreateAsync(WebApplicationBuilder builder, BridgeSettings settings, CancellationToken cancellation)
    {
        var local = settings.Database.ConnectionString is null ? await StartLocalAsync(settings.Database, cancellation) : null;
        var connection = local?.ConnectionString ?? settings.Database.ConnectionString!.Reveal();
        return new(builder, settings, BridgeDataSource.Create(connection, settings.Database.MaxConnections), local);
    }

    private static async Task<LocalPostgres> StartLocalAsync(DatabaseSettings settings, CancellationToken cancellation)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true));
        var options = new LocalPostgresOptions { Directory = settings.LocalDirectory };
        return await LocalPostgres.StartAsync(options, TimeProvider.System, loggers.CreateLogger<LocalPostgres>(), cancellation);
    }
}

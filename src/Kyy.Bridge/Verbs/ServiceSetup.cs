using Kyy.Bridge.Configuration;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Telemetry;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Kyy.Bridge.Verbs;

/// <summary>What every verb that touches the database begins with: configuration, checked whole, and the way to PostgreSQL.</summary>
internal sealed partial class ServiceSetup : IAsyncDisposable
{
    private readonly LocalPostgres? _local;

    private ServiceSetup(WebApplicationBuilder builder, BridgeSettings settings, Logger log, NpgsqlDataSource dataSource, LocalPostgres? local) =>
        (Builder, Settings, Log, DataSource, _local) = (builder, settings, log, dataSource, local);

    public WebApplicationBuilder Builder { get; }

    public BridgeSettings Settings { get; }

    /// <summary>The process's log, for the verbs that keep one.</summary>
    public Logger Log { get; }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>
    /// Configuration from the folder of the assembly, so that the service starts from any working folder, and secrets from files. Null
    /// where those cannot be read, which has been said then.
    /// </summary>
    public static async Task<WebApplicationBuilder?> TryCreateBuilderAsync(IEnumerable<string> arguments)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [.. arguments], ContentRootPath = AppContext.BaseDirectory });
        if (builder.Configuration.Sources.AddSecretFiles(Environment.GetEnvironmentVariable) is not { } fault) return builder;
        await Console.Error.WriteLineAsync(fault);
        return null;
    }

    /// <summary>Runs <paramref name="work"/> with the service set up; a configuration with faults is reported whole instead.</summary>
    /// <param name="arguments">Those of the command line that are configuration.</param>
    /// <param name="work">The verb.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="onStandardError">The level from which on the log goes to standard error; what ends the process does in any case.</param>
    /// <param name="databaseLog">What listens to the database client, for tests; nobody by default.</param>
    public static async Task<int> RunAsync(
        IEnumerable<string> arguments, Func<ServiceSetup, CancellationToken, Task<int>> work, CancellationToken cancellation,
        LogEventLevel onStandardError = LogEventLevel.Fatal, ILoggerFactory? databaseLog = null)
    {
        if (await TryCreateBuilderAsync(arguments) is not { } builder) return FaultReport.ExitCode;
        var reading = BridgeSettings.Read(builder.Configuration, builder.Environment.IsDevelopment(), ModelCatalogue.Documented.Families);
        if (!reading.IsAccepted)
        {
            await Console.Error.WriteAsync(FaultReport.Format(reading.Faults));
            return FaultReport.ExitCode;
        }

        await using var log = Logs.Create(builder.Configuration, builder.Environment, onStandardError);
        using var loggers = new SerilogLoggerFactory(log);
        try
        {
            await using var setup = await CreateAsync(builder, reading.Settings, log, loggers, databaseLog, cancellation);
            return await work(setup, cancellation);
        }
        catch (LocalPostgresException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
        catch (KeyRingException refusal)
        {
            await Console.Error.WriteLineAsync(refusal.Message);
            return FaultReport.ExitCode;
        }
        catch (NpgsqlException outage) when (outage is not PostgresException)
        {
            await Console.Error.WriteLineAsync("PostgreSQL cannot be reached. Look at ConnectionStrings:Bridge, and whether the server runs and lets this machine in.");
            return 1;
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            LogFault(loggers.CreateLogger<ServiceSetup>(), fault);
            return 1;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        if (_local is not null) await _local.DisposeAsync();
    }

    private static async Task<ServiceSetup> CreateAsync(
        WebApplicationBuilder builder, BridgeSettings settings, Logger log, SerilogLoggerFactory loggers, ILoggerFactory? databaseLog,
        CancellationToken cancellation)
    {
        var local = settings.Database.ConnectionString is null ? await StartLocalAsync(settings.Database, loggers, cancellation) : null;
        var connection = local?.ConnectionString ?? settings.Database.ConnectionString!.Reveal();
        return new(builder, settings, log, BridgeDataSource.Create(connection, settings.Database.MaxConnections, databaseLog), local);
    }

    private static Task<LocalPostgres> StartLocalAsync(DatabaseSettings settings, SerilogLoggerFactory loggers, CancellationToken cancellation)
    {
        var options = new LocalPostgresOptions { Directory = settings.LocalDirectory };
        return LocalPostgres.StartAsync(options, TimeProvider.System, loggers.CreateLogger<LocalPostgres>(), cancellation);
    }

    [LoggerMessage(1602, LogLevel.Critical, "The process ends because of a fault")]
    private static partial void LogFault(ILogger logger, Exception fault);
}

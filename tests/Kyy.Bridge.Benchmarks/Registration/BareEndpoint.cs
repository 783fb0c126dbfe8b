using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kyy.Bridge.Emulator.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Kyy.Bridge.Benchmarks.Registration;

/// <summary>
/// What single registrations are compared with: Kestrel, a small JSON body, one INSERT by Npgsql, and nothing else. A verb of this
/// program, since it has to be a process of its own; it ends when its standard input does.
/// </summary>
internal static class BareEndpoint
{
    private const string Verb = "bare-endpoint", Table = """
        create schema if not exists bare;
        create table if not exists bare.tasks (
            id           uuid        primary key,
            task_id      text        not null unique,
            family       text        not null,
            callback_url text,
            created_at   timestamptz not null
        )
        """;

    private const string InsertSql =
        "insert into bare.tasks (id, task_id, family, callback_url, created_at) values ($1, $2, $3, $4, now())";

    private static readonly Argument<string> Address = new("address"), Connection = new("connection");

    public static Command Create()
    {
        var verb = new Command(Verb) { Hidden = true, Arguments = { Address, Connection } };
        verb.SetAction((given, _) => RunAsync(given.GetRequiredValue(Address), given.GetRequiredValue(Connection)));
        return verb;
    }

    /// <summary>The words that start it.</summary>
    public static string[] Arguments(Uri address, string connection) =>
    [
        Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.Benchmarks.dll"), Verb, address.GetLeftPart(UriPartial.Authority), connection,
    ];

    private static async Task RunAsync(string address, string connection)
    {
        // A connection for each of the clients, and prepared statements as the service has them.
        var settings = new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = RegistrationMeasurement.Connections, MaxAutoPrepare = 8 };
        await using var database = NpgsqlDataSource.Create(settings);
        await using (var table = database.CreateCommand(Table)) await table.ExecuteNonQueryAsync();
        await using var server = await LocalServer.StartAsync(address, app => app.MapPost("/", context => InsertAsync(context, database)));
        await Console.In.ReadToEndAsync();
    }

    private static async Task InsertAsync(HttpContext context, NpgsqlDataSource database)
    {
        var task = (await JsonSerializer.DeserializeAsync(context.Request.BodyReader, BareJson.Default.BareTask, context.RequestAborted))!;
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        await using var insert = database.CreateCommand(InsertSql);
        insert.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = task.TaskId });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = task.Family });
        insert.Parameters.Add(new() { Value = (object?)task.CallbackUrl ?? DBNull.Value });
        await insert.ExecuteNonQueryAsync(context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.WriteAsJsonAsync(new(id), BareJson.Default.BareAnswer, cancellationToken: context.RequestAborted);
    }
}

internal sealed record BareTask(string TaskId, string Family, string? CallbackUrl);

internal sealed record BareAnswer(Guid Id);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BareTask))]
[JsonSerializable(typeof(BareAnswer))]
internal sealed partial class BareJson : JsonSerializerContext;

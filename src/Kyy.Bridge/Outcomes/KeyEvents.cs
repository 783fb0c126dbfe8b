using Npgsql;

namespace Kyy.Bridge.Outcomes;

/// <summary>TEMPORARY stand-in with the agreed interface; the real one is merged over it.</summary>
internal static class KeyEvents
{
    public static Task RaiseAsync(NpgsqlConnection connection, int budget, string type, DateTimeOffset since, int? statusCode, CancellationToken cancellation) =>
        Task.CompletedTask;
}

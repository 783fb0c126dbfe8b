using Kyy.Bridge.Upstream;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Kyy.Bridge.Replica.Transactions;

/// <summary>What no part of the service does: asks the upstream with a transaction open.</summary>
internal sealed class CallInTransaction(NpgsqlDataSource dataSource, UpstreamOptions upstream) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stoppingToken);
        await using var transaction = await connection.BeginTransactionAsync(stoppingToken);
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteScalarAsync(stoppingToken);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Get, upstream.BaseUrl);
        using var answer = await http.SendAsync(request, stoppingToken);
        await transaction.CommitAsync(stoppingToken);
    }
}

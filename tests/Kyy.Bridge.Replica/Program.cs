using Kyy.Bridge.Replica.Kills;
using Kyy.Bridge.Replica.Signals;
using Kyy.Bridge.Replica.Transactions;
using Kyy.Bridge.Verbs;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Replica;

/// <summary>
/// The service as <c>serve</c> runs it, in a process that can be hurt: see <see cref="FaultSettings"/> for what may go wrong. In a
/// namespace, because a test project that also references the service would else see two global <c>Program</c> classes.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is not ["serve", .. var rest])
        {
            await Console.Error.WriteLineAsync("A replica knows one verb: serve.");
            return 1;
        }

        var faults = FaultSettings.Read(Environment.GetEnvironmentVariable);
        using var database = new DatabaseSignals();
        using var requests = new RequestSignals();
        return await ServiceSetup.RunAsync(
            rest,
            (setup, cancellation) =>
            {
                Hurt(setup, faults, database, requests);
                return ServeVerb.ServeAsync(setup, cancellation);
            },
            CancellationToken.None, databaseLog: database);
    }

    private static void Hurt(ServiceSetup setup, FaultSettings faults, DatabaseSignals database, RequestSignals requests)
    {
        if (faults.Kill is { } kill) KillSwitch.Arm(kill, database, requests, setup.Settings.Upstream.BaseUrl);
        if (faults.Clock is { } clock) setup.Builder.Services.AddSingleton<TimeProvider>(clock);
        new RequestsInTransactions(new(database), setup.DataSource).Watch(requests);
        if (faults.CallsInTransaction) setup.Builder.Services.AddHostedService<CallInTransaction>();
    }
}

using System.Net;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Telemetry;

public sealed class LogSecretsTests(PostgresServer server)
{
    private const string Mistyped = "kyb_mistyped0123456789";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>At the lowest level of everything: what the frameworks underneath say then is in the log too.</summary>
    [Fact]
    public async Task NoLine_HoldsASecret_WhateverTheLevel()
    {
        await using var world = await World.StartAsync(server, [.. Categories.Select(category => ($"Serilog:MinimumLevel:{category}", "Verbose"))]);
        var secret = (await world.Client.GetSigningSecretAsync(Cancellation)).Secret;
        var emulated = world.Upstream.Tasks.Create(new NewTask { Family = EmulatedFamily.All[0], Statuses = [EmulatedStatus.Completed] });
        await world.Client.RegisterAsync(
            new() { TaskId = emulated.Id, CallbackUrl = world.Receiver.Hook().AbsoluteUri }, cancellationToken: Cancellation);
        await world.Receiver.WaitForAsync(_ => true, 1, World.Patience);
        await RefuseAsync(world);
        await world.Bridge.StopAsync();

        var log = string.Concat(world.Bridge.Log.Lines);
        // It is all there: the story, and the frameworks' own words about it.
        log.ShouldContain("Delivered ");
        log.ShouldContain("Microsoft.EntityFrameworkCore.Database.Command");
        log.ShouldContain("Microsoft.AspNetCore.Server.Kestrel");
        foreach (var hidden in (string[])[BridgeApplication.UpstreamKey, BridgeApplication.AdminKey, world.ClientKey, secret, Mistyped])
            log.ShouldNotContain(hidden);
    }

    private static IEnumerable<string> Categories =>
    [
        "Default",
        .. from category in (string[])["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Microsoft.EntityFrameworkCore.Database.Command", "Kyy.Bridge.Keys.ApiKeyAuthentication"]
           select $"Override:{category}",
    ];

    private static async Task RefuseAsync(World world)
    {
        using var unknown = await world.Bridge.As(Mistyped).PostAsync("/v1/tasks", new { });
        using var invalid = await world.Caller.PostAsync("/v1/tasks", new { task_id = 7 });
        using var forbidden = await world.Caller.GetAsync("/v1/admin/clients");
        unknown.ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthorized");
        invalid.ShouldBeProblem(HttpStatusCode.BadRequest, "validation");
        forbidden.ShouldBeProblem(HttpStatusCode.Forbidden, "forbidden");
    }
}

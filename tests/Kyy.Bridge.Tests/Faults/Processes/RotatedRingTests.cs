using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Secrets;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>The certificate that protects the key ring is replaced as the runbook says, while tasks come in, run and end.</summary>
public sealed class RotatedRingTests(PostgresServer server) : IDisposable
{
    private const string Certificate = "Bridge:Secrets:Certificate", Previous = "Bridge:Secrets:PreviousCertificates";

    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task The_rings_certificate_is_replaced_and_rotated_under_load_and_every_webhook_is_signed_as_before()
    {
        var (former, present) = (Make("former"), Make("present"));
        await using var fleet = await Fleet.StartAsync(server);
        await fleet.EmptyTheDatabaseAsync();
        var before = await fleet.JoinAsync(null, (Certificate, former));
        await RegisterAsync(fleet, before, "before");

        var during = await fleet.JoinAsync(null, (Certificate, present), (Previous, former));
        (await before.TerminateAsync()).ShouldBe(0, before.Output);
        var rotation = RotateAsync(fleet, present, former);
        await RegisterAsync(fleet, during, "during");
        var (exitCode, told) = await rotation;
        exitCode.ShouldBe(0, told);

        var after = await fleet.JoinAsync(null, (Certificate, present));
        (await during.TerminateAsync()).ShouldBe(0, during.Output);
        await RegisterAsync(fleet, after, "after");
        await fleet.ShouldHaveLostNothingAsync(World.Patience);
        fleet.ShouldNotHavePolledTooEarly();
        fleet.Duplicates().ShouldBe(0);
    }

    public void Dispose() => _folder.Dispose();

    private static Task RegisterAsync(Fleet fleet, BridgeProcess replica, string name) =>
        fleet.RegisterAsync(replica, name, 10, EmulatedStatus.Queued, EmulatedStatus.Processing, EmulatedStatus.Completed);

    private static async Task<(int ExitCode, string Told)> RotateAsync(Fleet fleet, string present, string former)
    {
        var (exitCode, output, error) = await BridgeProcess.RunAsync(
            ["keys", "rotate"], ("ConnectionStrings:Bridge", fleet.Database.ConnectionString), (Certificate, present), (Previous, former));
        return (exitCode, output + error);
    }

    private string Make(string name) => Certificates.Write(Path.Combine(_folder.Path, $"{name}.pfx"));
}

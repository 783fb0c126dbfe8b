using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Configuration;
using Kyy.Bridge.Tests.Configuration;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deploy;

/// <summary>What the manifests for Kubernetes say among themselves and about the service. Whether they are valid, a cluster says.</summary>
public sealed partial class ManifestTests
{
    private const string Root = "deploy/kubernetes", Base = $"{Root}/base", Production = $"{Root}/overlays/production";

    // What PostgreSQL's defaults leave: max_connections less superuser_reserved_connections.
    private const int OfferedConnections = 97;

    private static readonly Manifest
        Deployment = Manifest.Of($"{Base}/process/deployment.yaml"),
        Shared = Manifest.Of($"{Base}/shared/settings.env"),
        Job = Manifest.Of($"{Base}/shared/migrate-job.yaml"),
        Overlay = Manifest.Of($"{Production}/kustomization.yaml"),
        Api = Manifest.Of($"{Production}/api/kustomization.yaml"),
        Worker = Manifest.Of($"{Production}/worker/kustomization.yaml");

    [Fact]
    public void Every_file_is_listed_and_every_listed_file_is_there()
    {
        var listed = Repository.Files(Root).Where(file => file.EndsWith("/kustomization.yaml", StringComparison.Ordinal))
            .SelectMany(file => Manifest.Of(file).Listed()).Order(StringComparer.Ordinal).Distinct().ToArray();
        // What is applied, not listed, by people.
        string[] entries = [$"{Base}/kustomization.yaml", $"{Production}/kustomization.yaml"];

        listed.ShouldBe(Repository.Files(Root).Except(entries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_process_gets_a_configuration_that_it_accepts()
    {
        Read(Shared).Roles.ShouldBe(new RolesSettings { Api = true, Worker = true, Console = true });
        Read(Shared, Overlay, Api).Roles.ShouldBe(new RolesSettings { Api = true, Worker = false, Console = true });
        Read(Shared, Overlay, Worker).Roles.ShouldBe(new RolesSettings { Api = false, Worker = true, Console = false });
        Read(Shared, Overlay, Job).Database.MaxConnections.ShouldBe(4);
        Read(Manifest.Of("deploy/systemd/kyy-bridge.env")).Http.KnownProxies.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_stop_fits_into_the_grace_period_and_a_rollout_waits_for_it()
    {
        var grace = Deployment.Seconds("terminationGracePeriodSeconds");

        (Deployment.Seconds("seconds") + Read(Shared).ShutdownTimeout).ShouldBeLessThan(grace);
        Deployment.Seconds("minReadySeconds").ShouldBeGreaterThan(grace);
        Unit("kyy-bridge.service", "TimeoutStopSec").ShouldBeGreaterThan(Read(Manifest.Of("deploy/systemd/kyy-bridge.env")).ShutdownTimeout.TotalSeconds);
        Unit("kyy-bridge.service", "RestartPreventExitStatus").ShouldBe(FaultReport.ExitCode);
    }

    [Fact]
    public void All_processes_together_stay_below_the_connections_that_are_offered()
    {
        var migration = Read(Shared, Job).Database.MaxConnections;
        var replicas = Manifest.Of($"{Base}/kustomization.yaml").Number("count");

        Connections(replicas, Shared).ShouldBeLessThanOrEqualTo(OfferedConnections - migration);
        (Connections(Most("api"), Shared, Overlay, Api) + Connections(Most("worker"), Shared, Overlay, Worker))
            .ShouldBeLessThanOrEqualTo(OfferedConnections - migration);
    }

    [Theory]
    [InlineData("api")]
    [InlineData("worker")]
    public void The_autoscaler_never_leaves_fewer_than_the_disruption_budget_can_spare(string role)
    {
        var spared = Manifest.Of($"{Base}/process/disruption-budget.yaml").Number("maxUnavailable");
        var scaler = Manifest.Of($"{Production}/{role}/autoscaler.yaml");

        scaler.Number("minReplicas").ShouldBeGreaterThan(spared);
        scaler.Number("maxReplicas").ShouldBeGreaterThan(scaler.Number("minReplicas"));
        // A number of the Deployment's own would be put back by every apply.
        Deployment.Text.ShouldNotContain("replicas:");
    }

    [Fact]
    public void The_network_policy_lets_out_to_what_the_guard_allows()
    {
        var blocks = Block().Matches(Repository.Read($"{Production}/network-policy.yaml"))
            .ToDictionary(match => IPNetwork.Parse(match.Groups["cidr"].Value), match => Cidr().Matches(match.Groups["except"].Value)
                .Select(cidr => IPNetwork.Parse(cidr.Value)).OrderBy(network => network.ToString(), StringComparer.Ordinal));

        blocks.Keys.ShouldBe([IPNetwork.Parse("0.0.0.0/0"), GlobalAddresses.GlobalV6]);
        blocks[IPNetwork.Parse("0.0.0.0/0")].ShouldBe(GlobalAddresses.SpecialV4.OrderBy(network => network.ToString(), StringComparer.Ordinal));
        blocks[GlobalAddresses.GlobalV6].ShouldBe(GlobalAddresses.SpecialV6.OrderBy(network => network.ToString(), StringComparer.Ordinal));
    }

    private static BridgeSettings Read(params Manifest[] manifests)
    {
        var settings = new Dictionary<string, string?>();
        foreach (var (key, value) in manifests.SelectMany(manifest => manifest.Settings())) settings[key] = value;
        return Given.Production([.. settings.Select(pair => (pair.Key, pair.Value))]).Accepted();
    }

    // One more in a rollout, and one that drains: see the Deployment's strategy.
    private static int Connections(int replicas, params Manifest[] manifests) => (replicas + 2) * Read(manifests).Database.MaxConnections;

    private static int Most(string role) => Manifest.Of($"{Production}/{role}/autoscaler.yaml").Number("maxReplicas");

    private static double Unit(string file, string key) => double.Parse(
        Regex.Match(Repository.Read($"deploy/systemd/{file}"), $@"^{key}=(\d+)$", RegexOptions.Multiline).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"cidr: (?<cidr>\S+)\s+except:(?<except>(\s+- [0-9a-f.:/]+)+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex(@"[0-9a-f.:]+/\d+")]
    private static partial Regex Cidr();
}

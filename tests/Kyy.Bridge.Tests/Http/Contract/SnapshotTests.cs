using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>
/// The document is kept in the repository, so that every change of the public surface is seen in a review. <c>deploy/dev openapi</c> renews it.
/// </summary>
public sealed class SnapshotTests(PostgresServer server)
{
    private const string Snapshot = "deploy/openapi.json", Renewal = "KYY_RENEW";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    [Fact]
    public async Task The_document_is_the_one_in_the_repository()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var now = JsonSerializer.Serialize((await ApiDocument.ReadAsync(bridge)).Root, Readable) + "\n";
        var file = Repository.PathOf(Snapshot);
        if (Environment.GetEnvironmentVariable(Renewal) == "openapi")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, now, new UTF8Encoding(), TestContext.Current.CancellationToken);
        }

        var kept = File.Exists(file) ? Repository.Read(Snapshot) : "";
        if (kept == now) return;

        var (was, is_) = kept.Split('\n').Zip(now.Split('\n')).FirstOrDefault(line => line.First != line.Second);
        Assert.Fail($"{Snapshot} is not what the service says now. Look at the change with: deploy/dev openapi && git diff {Snapshot}\nFirst difference: - {was}\n                  + {is_}");
    }
}

using Kyy.Bridge.Configuration;
using Microsoft.Extensions.Configuration;

namespace Kyy.Bridge.Tests.Configuration;

/// <summary>The file <c>appsettings.json</c> beside the service is what people read to learn the options.</summary>
public sealed class ReferenceFileTests
{
    private static readonly IConfigurationRoot File =
        new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: false).Build();

    [Fact]
    public void ReferenceFile_HasEveryKnownKeyAndNoOther() =>
        File.AsEnumerable().Where(pair => pair.Value is not null && !pair.Key.StartsWith("Serilog:", StringComparison.Ordinal))
            .Select(pair => pair.Key).Order()
            .ShouldBe(Given.Production().Values.Select(value => value.Key).Order());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ReferenceFile_ChangesNoDefault(bool isDevelopment)
    {
        var configuration = new ConfigurationBuilder()
            .AddConfiguration(File)
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                [Given.ConnectionStringKey] = Given.ConnectionString,
                [Given.RingKeyKey] = Given.RingKey,
            })
            .Build();

        var reading = BridgeSettings.Read(configuration, isDevelopment, Given.Documented);

        reading.Accepted();
        reading.Values.Where(value => value.Key is not (Given.ConnectionStringKey or Given.RingKeyKey) && value.Text != value.Default).ShouldBeEmpty();
    }

    [Fact]
    public void ReferenceFile_LeavesTheDocumentedEstimatesAlone() =>
        BridgeSettings.Read(File, isDevelopment: true, Given.Documented).Accepted().Families.Select(family => family.Estimates.ToArray())
            .ShouldBe(Given.Documented.Select(family => family.Estimates.ToArray()));
}

using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Upstream;

public class UpstreamServicesTests
{
    [Fact]
    public async Task AddUpstream_WithOptionsAndCatalogue_OffersThemAndOneClient()
    {
        var options = new UpstreamOptions();
        await using var services = new ServiceCollection().AddSingleton(UpstreamAsking.Strict).AddUpstream(options, ModelCatalogue.Documented).BuildServiceProvider();

        services.GetRequiredService<UpstreamOptions>().ShouldBeSameAs(options);
        services.GetRequiredService<ModelCatalogue>().ShouldBeSameAs(ModelCatalogue.Documented);
        services.GetRequiredService<IUpstreamClient>().ShouldBeSameAs(services.GetRequiredService<IUpstreamClient>());
    }
}

using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kyy.Bridge.Upstream;

internal static class UpstreamServices
{
    /// <summary>Adds the client for the upstream and the catalogue of its families, both as configuration made them.</summary>
    public static IServiceCollection AddUpstream(this IServiceCollection services, UpstreamOptions options, ModelCatalogue catalogue)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(options).AddSingleton(catalogue).AddSingleton<IUpstreamClient, UpstreamClient>();
    }
}

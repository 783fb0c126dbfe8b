using Kyy.Bridge.Addresses;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kyy.Bridge.Upstream;

internal static class UpstreamServices
{
    /// <summary>Adds the client for the upstream and the catalogue of its families, both as configuration made them.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="options">How it is asked.</param>
    /// <param name="catalogue">Its families.</param>
    /// <param name="clock">Makes what dates in answers are counted from; the wall clock by default.</param>
    public static IServiceCollection AddUpstream(
        this IServiceCollection services, UpstreamOptions options, ModelCatalogue catalogue,
        Func<IServiceProvider, Func<DateTimeOffset>>? clock = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(options).AddSingleton(catalogue).AddSingleton<IUpstreamClient>(provider => new UpstreamClient(
            options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<AddressGuard>(), clock?.Invoke(provider)));
    }
}

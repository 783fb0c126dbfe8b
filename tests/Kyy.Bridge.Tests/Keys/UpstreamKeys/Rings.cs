using Kyy.Bridge.Keys.UpstreamKeys;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Keys.UpstreamKeys;

internal static class Rings
{
    public static UpstreamKeyRing Ring(this IServiceProvider services) => services.GetRequiredService<UpstreamKeyRing>();

    /// <summary>The ring as it is after a second.</summary>
    public static async Task<UpstreamKeyRing> RefreshedRingAsync(this IServiceProvider services)
    {
        await services.Ring().RefreshAsync(TestContext.Current.CancellationToken);
        return services.Ring();
    }
}

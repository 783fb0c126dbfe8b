using Kyy.Bridge.Secrets;

namespace Kyy.Bridge.Endpoints;

internal static class EndpointsServices
{
    public static IServiceCollection AddEndpoints(this IServiceCollection services) => services
        .AddSingleton<EndpointProtection>().AddSingleton<EndpointSecrets>().AddSingleton<EndpointReader>().AddSingleton<EndpointStore>()
        .AddSingleton<EndpointTrial>()
        .AddSingleton<IReprotectable, EndpointSecretColumn>().AddSingleton<IReprotectable, EndpointHeaderColumn>();
}

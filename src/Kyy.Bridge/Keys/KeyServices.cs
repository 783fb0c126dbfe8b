using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Keys.SignIn;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Secrets;
using Microsoft.AspNetCore.Authentication;
using Npgsql;

namespace Kyy.Bridge.Keys;

/// <summary>Who may call: API keys, and the policy that asks for them.</summary>
internal static class KeyServices
{
    public static IServiceCollection AddKeys(this IServiceCollection services, string? adminKey)
    {
        // Only the hash of the bootstrap key goes on from here.
        KeyHash? bootstrap = adminKey is null ? null : KeyHash.Of(adminKey);
        services.AddSingleton(provider => new ApiKeys(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<KeyUse>(), bootstrap));
        services.AddSingleton<KeyUse>().AddHostedService(provider => provider.GetRequiredService<KeyUse>());
        services.AddSingleton<ClientRegistrar>();
        services.AddSingleton<SigningSecrets>();
        services.AddSingleton<KeyFingerprint>().AddSingleton<UpstreamKeyProtection>().AddSingleton<UpstreamKeyStore>();
        services.AddSingleton<IReprotectable>(provider => provider.GetRequiredService<SigningSecrets>())
            .AddSingleton<IReprotectable>(provider => provider.GetRequiredService<UpstreamKeyProtection>());
        services.AddSingleton<OperatorUpstreamKey>().AddSingleton<UpstreamKeyRing>();
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, _ => { });
        services.AddAuthorizationBuilder().SetFallbackPolicy(ApiAccess.ByPath);
        services.AddOperatorSession();
        return services;
    }
}

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace Kyy.Bridge.Secrets;

/// <summary>What secrets are encrypted by, and what keeps that in order.</summary>
internal static class KeyRingServices
{
    private const string ApplicationName = "Kyy.Bridge";

    public static IServiceCollection AddKeyRing(this IServiceCollection services, SecretsSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton<KeyRingStore>().AddSingleton<KeyRing>();
        Configure(services.AddDataProtection(), settings);
        services.AddOptions<KeyManagementOptions>().Configure<KeyRingStore>((options, store) => options.XmlRepository = store);
        // After Data Protection's own, so that it wins: that one looks for new keys once a day.
        services.AddSingleton<IDataProtectionProvider>(provider => provider.GetRequiredService<KeyRing>());
        services.AddSingleton<RingCanary>().AddSingleton<RingCheck>().AddSingleton<RingKeys>();
        services.AddSingleton<IReprotectable, InstanceSecretColumn>();
        services.AddSingleton<RingRotation>().AddSingleton<Reprotection>();
        return services.AddHostedService<RingWatch>();
    }

    /// <summary>Protects the ring as configured. No process adds a key by itself: of two that did, neither would read what the other wrote.</summary>
    public static void Configure(IDataProtectionBuilder protection, SecretsSettings settings)
    {
        protection.SetApplicationName(ApplicationName);
        protection.AddKeyManagementOptions(options =>
        {
            options.AutoGenerateKeys = false;
            if (settings.Key is { } key) options.XmlEncryptor = new RingKeyEncryptor(key);
        });
        if (settings.Certificate is { } certificate) protection.ProtectKeysWithCertificate(certificate);
        if (!settings.PreviousCertificates.IsEmpty) protection.UnprotectKeysWithAnyCertificate([.. settings.PreviousCertificates]);
    }
}

using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Deliveries;

internal static class DeliveriesServices
{
    public static IServiceCollection AddDeliveries(this IServiceCollection services, DeliverySettings delivery, CallbackSettings callbacks)
    {
        services.AddSingleton(delivery).AddSingleton(callbacks);
        services.AddSingleton<SigningSecrets>().AddSingleton<DeliveryInbox>().AddSingleton<WebhookSender>();
        services.AddSingleton<Dispatcher>();
        return services.AddSingleton<IRecurringWork>(provider => provider.GetRequiredService<Dispatcher>());
    }
}

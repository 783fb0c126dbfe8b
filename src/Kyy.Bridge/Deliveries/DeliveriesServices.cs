using Kyy.Bridge.Addresses;
using Kyy.Bridge.Deliveries.Guard;
using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Deliveries;

internal static class DeliveriesServices
{
    public static IServiceCollection AddDeliveries(this IServiceCollection services, DeliverySettings delivery, CallbackSettings callbacks)
    {
        services.AddSingleton(delivery).AddSingleton(callbacks);
        services.AddSingleton(new AddressGuard(new AddressPolicy(callbacks.AllowedNetworks), callbacks.BlockedPorts));
        services.AddSingleton<CallbackRules>().AddSingleton<GuardedHttp>();
        services.AddSingleton<DeliveryInbox>().AddSingleton<Envelopes>().AddSingleton<WebhookSender>();
        services.AddSingleton<FailingEndpoints>().AddSingleton<Dispatcher>();
        services.AddSingleton<IRecurringWork>(provider => provider.GetRequiredService<FailingEndpoints>());
        return services.AddSingleton<IRecurringWork>(provider => provider.GetRequiredService<Dispatcher>());
    }
}

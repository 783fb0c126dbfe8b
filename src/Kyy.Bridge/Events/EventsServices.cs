namespace Kyy.Bridge.Events;

internal static class EventsServices
{
    public static IServiceCollection AddEvents(this IServiceCollection services)
    {
        services.AddSingleton<FeedNumbering>().AddSingleton<EventFeed>();
        services.AddSingleton<FeedTail>().AddSingleton<StreamPlaces>().AddSingleton<EventStream>();
        return services.AddHostedService<FeedWatch>();
    }
}

using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Deliveries;

internal sealed partial class Dispatcher
{
    private void LogAttempt(Settlement settlement)
    {
        var (delivery, attempt) = (settlement.Delivery, settlement.Attempt!);
        var (id, webhook) = (LoggedId.OfDelivery(delivery.Id), LoggedId.OfEvent(delivery.EventId));
        if (settlement.State == DeliveryState.Delivered)
            LogDelivered(_logger, id, webhook, delivery.EventType, delivery.Attempt, attempt.Duration);
        else if (settlement.State == DeliveryState.Pending)
            LogAgain(_logger, id, webhook, delivery.EventType, delivery.Attempt, attempt.Result, settlement.Wait!.Value);
        else
            LogDead(_logger, id, webhook, delivery.EventType, delivery.Attempt, attempt.Result, settlement.DeadReason);
    }

    [LoggerMessage(1401, LogLevel.Information, "Delivered {Delivery} of {Webhook} ({Type}) with attempt {Attempt} in {Duration}")]
    private static partial void LogDelivered(ILogger logger, LoggedId delivery, LoggedId webhook, string type, int attempt, TimeSpan duration);

    [LoggerMessage(1402, LogLevel.Warning, "Attempt {Attempt} of {Delivery} of {Webhook} ({Type}) failed ({Result}); the next one is in {Wait}")]
    private static partial void LogAgain(
        ILogger logger, LoggedId delivery, LoggedId webhook, string type, int attempt, AttemptResult result, TimeSpan wait);

    [LoggerMessage(1403, LogLevel.Error, "Delivery {Delivery} of {Webhook} ({Type}) is dead after attempt {Attempt} ({Result}): {Reason}")]
    private static partial void LogDead(
        ILogger logger, LoggedId delivery, LoggedId webhook, string type, int attempt, AttemptResult result, string? reason);

    [LoggerMessage(1404, LogLevel.Error, "The attempt of {Delivery} could not be settled; it is attempted again after its lease")]
    private static partial void LogFailed(ILogger logger, LoggedId delivery, Exception exception);

    [LoggerMessage(3202, LogLevel.Warning, "No webhook is sent: Bridge:Delivery:Hold is on. Deliveries wait until a start without it")]
    private static partial void LogHeld(ILogger logger);
}

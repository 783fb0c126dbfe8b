namespace Kyy.Bridge.Persistence;

/// <summary>An id as callers know it, for log lines: written out only where the line is.</summary>
internal readonly record struct LoggedId(string Prefix, Guid Id)
{
    public static LoggedId OfTask(Guid id) => new(TypeId.Task, id);

    public static LoggedId OfDelivery(Guid id) => new(TypeId.Delivery, id);

    public static LoggedId OfKey(Guid id) => new(TypeId.Key, id);

    public static LoggedId OfEvent(Guid id) => new(TypeId.Event, id);

    public static LoggedId OfEndpoint(Guid id) => new(TypeId.Endpoint, id);
    public static LoggedId OfReplay(Guid id) => new(TypeId.Replay, id);

    public override string ToString() => TypeId.Format(Prefix, Id);
}

namespace Kyy.Bridge.Persistence;

/// <summary>The private PostgreSQL server cannot be had; the message says why and what to do, for people.</summary>
internal sealed class LocalPostgresException(string message, Exception? inner = null) : Exception(message, inner);

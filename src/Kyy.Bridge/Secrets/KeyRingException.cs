namespace Kyy.Bridge.Secrets;

/// <summary>The key ring cannot be used as it is. The process ends with its message alone: a restart would say the same.</summary>
internal sealed class KeyRingException(string message) : Exception(message);

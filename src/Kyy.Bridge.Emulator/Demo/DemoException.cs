namespace Kyy.Bridge.Emulator.Demo;

/// <summary>The demo cannot go on; the message says why and what to do, for people.</summary>
internal sealed class DemoException(string message) : Exception(message);

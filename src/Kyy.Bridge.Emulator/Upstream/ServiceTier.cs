namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>The upstream's two speeds. The answer has no field for it; it only says how often a task may be asked for.</summary>
internal enum ServiceTier
{
    Default,
    Flex,
}

namespace Kyy.Bridge.Configuration;

/// <summary>One key as it took effect, in the notation it is written in, so that both texts could be put into a file.</summary>
/// <param name="Key">The whole key, with colons.</param>
/// <param name="Text">What is in force; masked for a secret, empty where there is no value.</param>
/// <param name="Default">What would be in force without configuration.</param>
internal sealed record ConfigurationValue(string Key, string Text, string Default);

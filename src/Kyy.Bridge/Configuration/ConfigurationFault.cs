namespace Kyy.Bridge.Configuration;

/// <summary>One thing wrong with the configuration.</summary>
/// <param name="Key">The whole key, with colons.</param>
/// <param name="Value">What was given: masked where it is or could be a secret, empty where nothing was.</param>
/// <param name="Remedy">What to write instead, as a sentence.</param>
internal sealed record ConfigurationFault(string Key, string Value, string Remedy);

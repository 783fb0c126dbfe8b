namespace Kyy.Bridge.Outcomes;

/// <summary>How long a finished video took, as far as polls can tell: it ended somewhere between two ages of its task.</summary>
/// <param name="Model">The model as the upstream named it.</param>
/// <param name="Tier">The service tier.</param>
/// <param name="From">The age at the last answer that was not yet the end.</param>
/// <param name="To">The age at the answer that was.</param>
internal sealed record ObservedDuration(string Model, string Tier, TimeSpan From, TimeSpan To);

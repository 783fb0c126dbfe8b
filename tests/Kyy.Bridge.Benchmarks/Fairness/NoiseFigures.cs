namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>What one round of noise came to.</summary>
/// <param name="Receivers">The most that each held at once, and how many attempts came.</param>
/// <param name="Sent">Requests of the client that asks too often.</param>
/// <param name="Refused">How many of them were refused.</param>
/// <param name="IsOver">Whether nothing of it was left when the next stretch began.</param>
internal sealed record NoiseFigures(IReadOnlyList<(string Name, int Most, int Attempts)> Receivers, int Sent, int Refused, bool IsOver);

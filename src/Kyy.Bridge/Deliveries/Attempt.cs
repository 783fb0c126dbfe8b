namespace Kyy.Bridge.Deliveries;

/// <summary>One POST as it is kept.</summary>
/// <param name="Result">What it came to.</param>
/// <param name="StartedAt">When it began, by the database's clock.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="ResponseBody">The first 2 KiB of the answer, as the bytes that came.</param>
internal sealed record Attempt(AttemptResult Result, DateTimeOffset StartedAt, TimeSpan Duration, byte[]? ResponseBody);

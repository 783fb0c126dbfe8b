namespace Kyy.Bridge.Client.Contracts;

/// <summary>Why a task ended without a video.</summary>
/// <param name="Code">One of <see cref="TaskErrorCodes"/>, for programs.</param>
/// <param name="Message">A sentence for people: the upstream's own where it gave one.</param>
public sealed record TaskError(string Code, string? Message);

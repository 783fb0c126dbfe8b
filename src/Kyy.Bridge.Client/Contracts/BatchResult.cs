namespace Kyy.Bridge.Client.Contracts;

/// <summary>What became of a batch, item by item.</summary>
/// <param name="Results">One result for each item, in the order of the request.</param>
/// <param name="Created">How many tasks are new.</param>
/// <param name="Existing">How many were known, from before or from earlier in the batch.</param>
/// <param name="Rejected">How many were refused; the others are not affected by them.</param>
public sealed record BatchResult(IReadOnlyList<BatchItemResult> Results, int Created, int Existing, int Rejected);

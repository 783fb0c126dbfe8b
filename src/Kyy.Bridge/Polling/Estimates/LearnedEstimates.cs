using System.Collections.Frozen;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Polling.Estimates;

/// <summary>How long videos take, from what was observed where there is enough of it; read anew twice a minute.</summary>
internal sealed class LearnedEstimates(NpgsqlDataSource dataSource) : IRecurringWork
{
    private const int LongestName = 100;

    // Not by EF: every worker reads this at its start, where making EF's model would compete with all that it has to do then.
    private const string Sql = "select model, tier, buckets, observed from bridge.model_durations";

    private volatile FrozenDictionary<(string Model, string Tier), (TimeSpan Min, TimeSpan Max)> _learned =
        FrozenDictionary<(string, string), (TimeSpan, TimeSpan)>.Empty;

    public string Name => "estimates";

    public TimeSpan Cadence { get; } = TimeSpan.FromSeconds(30);

    public WakeSignal Wake { get; } = new();

    /// <summary>The name that a model is learned under; null for one that is none or too long to be one.</summary>
    public static string? NameOf(string? model) =>
        model?.Trim().ToLowerInvariant() is { Length: > 0 and <= LongestName } name ? name : null;

    /// <summary>The estimate to plan by; null where nothing is known.</summary>
    /// <param name="family">The family of the task.</param>
    /// <param name="model">The model as the upstream named it; null while it has not.</param>
    /// <param name="flex">Whether the task is of the offline tier.</param>
    public Estimate? EstimateFor(ModelFamily family, string? model, bool flex) =>
        EstimateChoice.Of(family, model, flex, Learned(model, flex)).Estimate;

    /// <summary>Reads what was learned.</summary>
    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var learned = new Dictionary<(string Model, string Tier), (TimeSpan Min, TimeSpan Max)>();
        while (await reader.ReadAsync(cancellation))
        {
            if (DurationHistogram.Range(reader.GetFieldValue<double[]>(2), reader.GetInt64(3)) is { } range)
                learned[(reader.GetString(0), reader.GetString(1))] = range;
        }

        _learned = learned.ToFrozenDictionary();
        return new(_learned.Count);
    }

    private (TimeSpan Min, TimeSpan Max)? Learned(string? model, bool flex) =>
        NameOf(model) is { } name && _learned.TryGetValue((name, flex ? ServiceTiers.Flex : ServiceTiers.Default), out var range)
            ? range
            : null;
}

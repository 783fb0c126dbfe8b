namespace Kyy.Bridge.Persistence;

/// <summary>Tables besides the service's own that have to be there, such as an engine's, brought up to date and looked at with them.</summary>
internal interface IFurtherSchema
{
    /// <summary>Brings them up to date. To be run under the migration's lock.</summary>
    Task ApplyAsync(CancellationToken cancellation);

    /// <summary>What this version needs and the database lacks.</summary>
    Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellation);
}

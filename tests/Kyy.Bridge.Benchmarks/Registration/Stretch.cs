namespace Kyy.Bridge.Benchmarks.Registration;

/// <summary>Registrations of one kind that were measured together.</summary>
/// <param name="What">Who took them: the bare endpoint or the bridge, and where the events go.</param>
/// <param name="Size">Items in a batch; 1 for single registrations.</param>
/// <param name="AtOnce">Requests at the same time.</param>
/// <param name="Tasks">How many tasks were registered.</param>
/// <param name="Refused">Requests that were not answered with success.</param>
/// <param name="Took">In which time.</param>
/// <param name="Server">Processor seconds of whoever took them.</param>
/// <param name="Postgres">Processor seconds of PostgreSQL.</param>
/// <param name="Own">Processor seconds of whoever sent them.</param>
internal sealed record Stretch(
    string What, int Size, int AtOnce, int Tasks, int Refused, TimeSpan Took, double Server, double Postgres, double Own)
{
    public const string Bare = "bare endpoint", Callback = "with callback", Endpoint = "for an endpoint";

    public double PerSecond => Tasks / Took.TotalSeconds;

    public static Stretch Sum(IReadOnlyList<Stretch> same) => same[0] with
    {
        Tasks = same.Sum(one => one.Tasks),
        Refused = same.Sum(one => one.Refused),
        Took = new(same.Sum(one => one.Took.Ticks)),
        Server = same.Sum(one => one.Server),
        Postgres = same.Sum(one => one.Postgres),
        Own = same.Sum(one => one.Own),
    };

    /// <summary>Processor seconds for a million tasks.</summary>
    public double PerMillion(double seconds) => seconds / Tasks * 1_000_000;
}

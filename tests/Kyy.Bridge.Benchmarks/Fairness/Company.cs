namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>Who else is there while the quiet client is measured.</summary>
internal enum Company
{
    /// <summary>Nobody.</summary>
    Alone,

    /// <summary>Others whose receivers answer at once, with as many attempts a second as the unwell ones have.</summary>
    Well,

    /// <summary>Others that flood, hang and drip.</summary>
    Unwell,
}

namespace Kyy.Bridge.Upstream;

/// <summary>The address of one task's result: whatever the id, it is one path segment below the base URL.</summary>
internal static class ResultAddress
{
    // Uri would turn %2E into a dot and then walk up the path. Not to let it touch the path also keeps %2F as it is.
    private static readonly UriCreationOptions _asWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>What all addresses below a base URL begin with.</summary>
    public static string Prefix(Uri baseUrl) => $"{baseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/')}/v1/result/";

    public static Uri For(string prefix, string taskId) => new($"{prefix}{Segment(taskId)}", _asWritten);

    private static string Segment(string taskId) => taskId is "." or ".."
        ? taskId.Replace(".", "%2E", StringComparison.Ordinal)
        : Uri.EscapeDataString(taskId);
}

using System.Globalization;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Http;

/// <summary>
/// Reads the parameters of a query, as an argument of a handler; the counterpart of <see cref="MemberReader"/>. A route whose handler
/// does not take one has no parameters.
/// </summary>
/// <remarks>A method whose parameter is wrong returns a value that is not to be used: ask <see cref="Refusal"/> first.</remarks>
internal sealed class QueryReader(IQueryCollection query)
{
    private readonly List<string> _asked = [];
    private readonly Faults _faults = new();

    /// <summary>Called by the framework.</summary>
    public static ValueTask<QueryReader> BindAsync(HttpContext context) => ValueTask.FromResult(new QueryReader(context.Request.Query));

    /// <summary>One line of text.</summary>
    public string? Text(string name, int maxLength) => Checked(name, text => TextRules.Line(text, maxLength));

    /// <summary>One of a few words.</summary>
    public string? Choice(string name, IReadOnlyList<string> choices) => Checked(name, text => TextRules.Choice(text, choices));

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool? Flag(string name) => Choice(name, ["true", "false"]) is { } text ? text is "true" : null;

    /// <summary>A whole number.</summary>
    public int? Integer(string name, int min, int max) =>
        Checked(name, text => TextRules.Range(Number(text), min, max)) is { } text ? (int?)Number(text) : null;

    /// <summary>A time of RFC 3339, in UTC.</summary>
    public DateTimeOffset? Time(string name) =>
        Checked(name, text => TextRules.Time(text) is null ? TextRules.NotATime : null) is { } text ? TextRules.Time(text) : null;

    /// <summary>An id of the kind <paramref name="prefix"/>.</summary>
    public Guid? Id(string name, string prefix) =>
        Checked(name, text => TypeId.TryParse(prefix, text, out _) ? null : $"must be an id that begins with {prefix}_") is { } text
        && TypeId.TryParse(prefix, text, out var id) ? id : null;

    /// <summary>Which page of a list: <c>limit</c> and <c>cursor</c>.</summary>
    public PageRequest Page()
    {
        var limit = Integer("limit", 1, PageRequest.MaxLimit) ?? PageRequest.DefaultLimit;
        var cursor = Checked("cursor", text => Cursor.Parse(text) is null ? "is not a cursor of this list" : null);
        return new(limit, Cursor.Parse(cursor));
    }

    /// <summary>Adds what only the caller knows to be wrong.</summary>
    public void Fault(string name, string message) => _faults.Add(name, message);

    /// <summary>
    /// The answer to a query with faults, unknown and repeated parameters among them; null where there are none. To be asked once,
    /// after all parameters were read.
    /// </summary>
    public ProblemResult? Refusal()
    {
        foreach (var name in query.Keys.Where(name => !_asked.Contains(name))) _faults.AddUnknown(name, _asked);
        return _faults.Refusal();
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private string? Checked(string name, Func<string, string?> rule)
    {
        _asked.Add(name);
        var values = query[name];
        if (values.Count == 0) return null;
        var fault = values.Count > 1 ? "must not be given twice" : rule(values[0] ?? "");
        if (fault is null) return values[0];
        Fault(name, fault);
        return null;
    }
}

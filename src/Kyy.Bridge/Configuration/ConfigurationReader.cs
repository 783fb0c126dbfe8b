using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Text;
using static Kyy.Bridge.Text.Secret;

namespace Kyy.Bridge.Configuration;

/// <summary>
/// Reads configuration key by key and remembers everything that was asked for and everything that was wrong. No read throws: a
/// faulty value is noted and its default stands in, so that one start shows every fault. An empty text counts as not given.
/// </summary>
/// <remarks>
/// The framework's binder was rejected: it throws at the first value it cannot parse, reads a <see cref="TimeSpan"/> of "15" as
/// fifteen days, merges arrays into defaults by index, and drops misspelt keys.
/// </remarks>
internal sealed class ConfigurationReader
{
    private readonly IConfiguration _configuration;
    private readonly List<ConfigurationValue> _values;
    private readonly List<ConfigurationFault> _faults;

    public ConfigurationReader(IConfiguration configuration) : this(configuration, [], [])
    {
    }

    private ConfigurationReader(IConfiguration configuration, List<ConfigurationValue> values, List<ConfigurationFault> faults) =>
        (_configuration, _values, _faults) = (configuration, values, faults);

    /// <summary>Every key that was asked for, as it took effect, in the order of asking; of all sections.</summary>
    public IReadOnlyList<ConfigurationValue> Values => _values;

    /// <summary>Everything that was wrong, of all sections.</summary>
    public IReadOnlyList<ConfigurationFault> Faults => _faults;

    /// <summary>A reader of a section; what it notes is noted here too.</summary>
    public ConfigurationReader Section(string name) => new(_configuration.GetSection(name), _values, _faults);

    /// <summary>A duration, see <see cref="DurationText"/>; both bounds are allowed.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan min, TimeSpan max) =>
        Read(key, fallback, text => DurationText.Parse(text, min, max), DurationText.Format);

    /// <summary>A duration that may be absent.</summary>
    public TimeSpan? OptionalDuration(string key, TimeSpan? fallback, TimeSpan min, TimeSpan max) =>
        Read<TimeSpan?>(
            key,
            fallback,
            text => DurationText.Parse(text, min, max).Select(duration => (TimeSpan?)duration),
            duration => DurationText.Format(duration!.Value));

    /// <summary>Durations, in the order given.</summary>
    public ImmutableArray<TimeSpan> Durations(string key, ImmutableArray<TimeSpan> fallback, TimeSpan min, TimeSpan max) =>
        List(key, fallback, text => DurationText.Parse(text, min, max), DurationText.Format);

    /// <summary>A whole number; both bounds are allowed.</summary>
    public int Number(string key, int fallback, int min, int max) =>
        Read(key, fallback, text => ParseNumber(text, min, max), number => number.ToString(CultureInfo.InvariantCulture));

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Flag(string key, bool fallback) =>
        Read(key, fallback, ParseFlag, flag => flag ? "true" : "false");

    /// <summary>A text, without blanks around it.</summary>
    public string Text(string key, string fallback) => Read<string>(key, fallback, text => text, text => text);

    /// <summary>Texts.</summary>
    public ImmutableArray<string> Texts(string key, ImmutableArray<string> fallback) => List(key, fallback, text => text, text => text);

    /// <summary>Some of a few known words, whatever their case; they come back in the spelling of <paramref name="known"/>.</summary>
    public ImmutableArray<string> Choices(string key, ImmutableArray<string> fallback, ImmutableArray<string> known) =>
        List(key, fallback, text => ParseChoice(text, known, $"Write one or more of {string.Join(", ", known)}."), word => word);

    /// <summary>One of a few known words, whatever its case, or null.</summary>
    /// <param name="key">The key.</param>
    /// <param name="known">The words.</param>
    /// <param name="why">Why there are no others, for whoever expects one; empty for nothing.</param>
    public string? OptionalChoice(string key, ImmutableArray<string> known, string why) =>
        Read<string>(key, null, text => ParseChoice(text, known, $"Write {string.Join(" or ", known)}. {why}".TrimEnd()), word => word);

    /// <summary>An absolute http(s) URL without credentials.</summary>
    [return: NotNullIfNotNull(nameof(fallback))]
    public Uri? Url(string key, Uri? fallback) => Read(key, fallback, UrlText.Parse, url => url.AbsoluteUri);

    /// <summary>Absolute http(s) URLs without credentials.</summary>
    public ImmutableArray<Uri> Urls(string key, ImmutableArray<Uri> fallback) => List(key, fallback, UrlText.Parse, url => url.AbsoluteUri);

    /// <summary>Networks in CIDR notation, or single addresses.</summary>
    public ImmutableArray<IPNetwork> Networks(string key, ImmutableArray<IPNetwork> fallback) =>
        List(key, fallback, NetworkText.Parse, network => network.ToString());

    /// <summary>Ports and ranges of them; <c>none</c> for an empty list.</summary>
    public ImmutableArray<PortRange> Ports(string key, ImmutableArray<PortRange> fallback) => Read(
        key,
        fallback,
        text => text == PortText.None ? ImmutableArray<PortRange>.Empty : ParseList(text, PortText.Parse),
        ports => ports.IsEmpty ? PortText.None : string.Join(',', ports));

    /// <summary>A text that appears nowhere, or null.</summary>
    public Secret? Secret(string key) => Read<Secret>(key, null, text => new Secret(text), secret => secret.ToString(), isSecret: true);

    /// <summary>A secret that travels in an <c>Authorization</c> header, so of visible ASCII alone, or null.</summary>
    public Secret? Token(string key, int minLength) =>
        Read<Secret>(key, null, text => ParseToken(text, minLength), token => token.ToString(), isSecret: true);

    /// <summary>Notes a fault where a rule between values does not hold.</summary>
    /// <param name="holds">Whether it holds.</param>
    /// <param name="keys">
    /// The keys that the rule looks at, the one to mend first. Where one of them is at fault already the rule is not applied: a
    /// default stands in for it, and a comparison with that would blame the wrong key.
    /// </param>
    /// <param name="remedy">What to write instead.</param>
    public void Check(bool holds, ReadOnlySpan<string> keys, string remedy)
    {
        if (holds) return;
        foreach (var key in keys)
        {
            var path = Path(key);
            if (_faults.Exists(fault => fault.Key == path)) return;
        }

        var first = Path(keys[0]);
        _faults.Add(new(first, _values.Find(value => value.Key == first)?.Text ?? "", remedy));
    }

    /// <summary>Notes a fault for every key of a section that nobody asked for; to be called when everything has been read.</summary>
    public void RefuseUnknown(string section) =>
        _faults.AddRange(UnknownKeys.Find(_configuration.GetSection(section), [.. _values.Select(value => value.Key)]));

    private static Parsed<bool> ParseFlag(string text) => bool.TryParse(text, out var flag) ? flag : new Remedy("Write true or false.");

    private static Parsed<int> ParseNumber(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : new Remedy(string.Create(CultureInfo.InvariantCulture, $"Write a whole number from {min} to {max}."));

    private static Parsed<Secret> ParseToken(string text, int minLength) =>
        text.Length < minLength ? new Remedy(string.Create(CultureInfo.InvariantCulture, $"Write {minLength} characters or more."))
        : text.AsSpan().ContainsAnyExceptInRange('!', '~') ? new Remedy("Write visible ASCII characters alone, without blanks.")
        : new Secret(text);

    private static Parsed<string> ParseChoice(string text, ImmutableArray<string> known, string remedy)
    {
        if (known.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } choice) return choice;
        return new Remedy(Suggestion.For(text, known) is { } meant ? $"Did you mean {meant}? {remedy}" : remedy);
    }

    private ImmutableArray<T> List<T>(string key, ImmutableArray<T> fallback, Func<string, Parsed<T>> parse, Func<T, string> format) =>
        Read(key, fallback, text => ParseList(text, parse), items => string.Join(',', items.Select(format)));

    private static Parsed<ImmutableArray<T>> ParseList<T>(string text, Func<string, Parsed<T>> parse)
    {
        var items = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (items.Length == 0) return new Remedy("Write at least one item.");
        var results = Array.ConvertAll(items, item => parse(item));
        var remedies = from pair in items.Zip(results)
                       where pair.Second.Remedy is not null
                       select $"'{Shown(pair.First)}': {pair.Second.Remedy}";
        return string.Join(' ', remedies) is { Length: > 0 } remedy
            ? new Remedy(remedy)
            : results.Select(result => result.Value!).ToImmutableArray();
    }

    [return: NotNullIfNotNull(nameof(fallback))]
    private T? Read<T>(string key, T? fallback, Func<string, Parsed<T>> parse, Func<T, string> format, bool isSecret = false)
    {
        var section = _configuration.GetSection(key);
        var value = Take(section, parse, out var parsed, isSecret) ? parsed : fallback;
        _values.Add(new(section.Path, Format(value), Format(fallback)));
        return value;

        string Format(T? value) => value is null ? "" : format(value);
    }

    private bool Take<T>(IConfigurationSection section, Func<string, Parsed<T>> parse, [NotNullWhen(true)] out T? value, bool isSecret)
    {
        value = default;
        var items = section.GetChildren().Where(child => int.TryParse(child.Key, out _)).Select(child => child.Value).ToList();
        if (items.Count > 0) return Refuse(string.Join(',', items), "Write one value instead of an array, with commas between its items.");
        if (string.IsNullOrWhiteSpace(section.Value)) return false;

        var text = section.Value.Trim();
        var parsed = parse(text);
        if (parsed.Remedy is { } remedy) return Refuse(text, remedy);
        value = parsed.Value!;
        return true;

        bool Refuse(string given, string remedy)
        {
            _faults.Add(new(section.Path, isSecret ? Mask : Shown(given), remedy));
            return false;
        }
    }

    // The one place where a secret can hide in an ordinary value is the user info of a URL.
    private static string Shown(string text) => text.LastIndexOf('@') is var at and >= 0 ? Mask + text[at..] : text;

    private string Path(string key) => _configuration.GetSection(key).Path;
}

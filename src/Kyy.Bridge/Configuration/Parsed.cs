namespace Kyy.Bridge.Configuration;

/// <summary>What a configured text came to: a value, or what to write instead.</summary>
internal readonly record struct Parsed<T>(T? Value, string? Remedy)
{
    public static implicit operator Parsed<T>(T value) => new(value, null);

    public static implicit operator Parsed<T>(Remedy remedy) => new(default, remedy.Text);

    public Parsed<TOther> Select<TOther>(Func<T, TOther> map) => Remedy is null ? map(Value!) : new Remedy(Remedy);
}

/// <summary>What to write instead, as a sentence.</summary>
internal readonly record struct Remedy(string Text);

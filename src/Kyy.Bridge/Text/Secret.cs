namespace Kyy.Bridge.Text;

/// <summary>A text that is shown only on purpose: no log, no exception and no printed record that holds it gives it away.</summary>
/// <param name="value">The text to keep.</param>
internal sealed class Secret(string value)
{
    /// <summary>What stands in a secret's place wherever it would be printed. Always as long, so that it tells no length.</summary>
    public const string Mask = "***";

    /// <summary>The text itself; call it only where the text leaves for the place it belongs to.</summary>
    public string Reveal() => value;

    /// <summary>The mask.</summary>
    public override string ToString() => Mask;
}

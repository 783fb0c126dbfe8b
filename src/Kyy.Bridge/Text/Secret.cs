namespace Kyy.Bridge.Text;

/// <summary>A text that is shown only on purpose: whatever prints, logs or serialises its owner shows <c>***</c>.</summary>
internal sealed class Secret(string text)
{
    private readonly string _text = text;

    /// <summary>The text itself, for the one place that has to send it.</summary>
    public string Reveal() => _text;

    public override string ToString() => "***";
}

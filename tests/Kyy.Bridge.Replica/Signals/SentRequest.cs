namespace Kyy.Bridge.Replica.Signals;

/// <summary>An HTTP request of this process.</summary>
/// <param name="Host">To whom.</param>
/// <param name="Port">At which port.</param>
/// <param name="Path">What for.</param>
internal sealed record SentRequest(string Host, int Port, string Path)
{
    public bool GoesTo(Uri address) => Host == address.Host && Port == address.Port;

    public override string ToString() => $"{Host}:{Port}{Path}";
}

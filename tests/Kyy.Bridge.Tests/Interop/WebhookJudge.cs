namespace Kyy.Bridge.Tests.Interop;

/// <summary>A receiver of webhooks that says afterwards what those who verify make of each.</summary>
internal abstract class WebhookJudge : IAsyncDisposable
{
    /// <summary>Where <c>deploy/dev interop</c> has installed the public packages; null in every other run.</summary>
    private static readonly string? Packages = Environment.GetEnvironmentVariable("KYY_INTEROP");

    /// <summary>Who verifies.</summary>
    public abstract IReadOnlyList<string> Judges { get; }

    /// <summary>The public packages in a receiver of their own kind where they are installed, else the library of this repository.</summary>
    public static async Task<WebhookJudge> StartAsync() =>
        Packages is null ? await LibraryJudge.StartAsync() : await PackagesJudge.StartAsync(Packages);

    /// <summary>Where webhooks go that are to be told apart by a name.</summary>
    public abstract Uri Hook(string name);

    /// <summary>What each judge makes of each webhook that has come, with one secret.</summary>
    public abstract Task<IReadOnlyList<JudgedWebhook>> JudgeAsync(string secret);

    public abstract ValueTask DisposeAsync();
}

/// <summary>A webhook and what was made of it.</summary>
internal sealed record JudgedWebhook(string Name, IReadOnlyList<Verdict> Verdicts);

/// <summary>What one judge made of a webhook.</summary>
/// <param name="By">The judge.</param>
/// <param name="Accepted">As it came.</param>
/// <param name="AcceptedTampered">With one letter of the body changed.</param>
/// <param name="AcceptedRedated">With another timestamp.</param>
internal sealed record Verdict(string By, bool Accepted, bool AcceptedTampered, bool AcceptedRedated);

using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Net.Http.Headers;

namespace Kyy.Bridge.Keys.SignIn;

/// <summary>The page of the sign-in: one form. It needs no script, and nothing from elsewhere.</summary>
internal sealed class SignInPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d4dae2; --page: #f4f6f9; --card: #fff; --act: #1f5fbf; --bad: #b3261e; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6ebf2; --soft: #9aa6b6; --line: #364152; --page: #12161d; --card: #1b212b; --act: #5b95ec; --bad: #f2857c; } }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--ink);
          font: 16px/1.5 system-ui, sans-serif; }
        main { width: min(26rem, calc(100vw - 2rem)); padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
        h1 { margin: 0 0 .25rem; font-size: 1.25rem; }
        p { margin: 0 0 1.25rem; color: var(--soft); }
        label { display: block; margin-bottom: .375rem; font-weight: 600; }
        input { width: 100%; padding: .625rem .75rem; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 8px; }
        button, .go { display: block; width: 100%; margin-top: 1rem; padding: .625rem; font: inherit; font-weight: 600; text-align: center;
          text-decoration: none; cursor: pointer; color: var(--card); background: var(--act); border: 1px solid var(--act); border-radius: 8px; }
        button.quiet { color: var(--ink); background: none; border-color: var(--line); }
        :focus-visible { outline: 2px solid var(--act); outline-offset: 2px; }
        [role=alert] { margin: 1rem 0 0; color: var(--bad); }
        """;

    // No other page may frame it, and what is not listed is not loaded.
    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private readonly Func<string, string, string> _body;

    private SignInPage(Func<string, string, string> body) => _body = body;

    /// <summary>Asks for a key.</summary>
    public static SignInPage Form(string? wanted, string? trouble = null) => new((pathBase, token) => $"""
        <h1>Kyy.Bridge</h1>
        <p>Operators sign in with an admin key.</p>
        <form method="post" action="{pathBase}{OperatorSession.SignInPath}">
        {token}<input type="hidden" name="{OperatorSession.ReturnParameter}" value="{Encode(wanted)}">
        <label for="key">Admin key</label>
        <input id="key" name="key" type="password" required autofocus autocomplete="current-password" spellcheck="false"
          aria-describedby="trouble" placeholder="kyb_…">
        {(trouble is null ? "" : $"""<p id="trouble" role="alert">{Encode(trouble)}</p>""")}
        <button>Sign in</button>
        </form>
        """);

    /// <summary>Leads on, or out.</summary>
    public static SignInPage SignedIn(string home) => new((pathBase, token) => $"""
        <h1>Kyy.Bridge</h1>
        <p>You are signed in as an admin.</p>
        <a class="go" href="{pathBase}{home}">Open the dashboard</a>
        <form method="post" action="{pathBase}{OperatorSession.SignOutPath}">{token}<button class="quiet">Sign out</button></form>
        """);

    public async Task WriteAsync(HttpContext context, int status)
    {
        // Sets the cookie that belongs to the token.
        var tokens = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        var token = $"""<input type="hidden" name="{tokens.FormFieldName}" value="{Encode(tokens.RequestToken)}">""";
        context.Response.StatusCode = status;
        context.Response.ContentType = $"{MediaTypeNames.Text.Html}; charset=utf-8";
        context.Response.Headers[HeaderNames.ContentSecurityPolicy] = Policy;
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        await context.Response.WriteAsync($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Kyy.Bridge: sign in</title><style>{Style}</style></head>
            <body><main>
            {_body(Encode(context.Request.PathBase), token)}
            </main></body></html>
            """, context.RequestAborted);
    }

    private static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");
}

using Kyy.Bridge.Persistence;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kyy.Bridge.Keys.SignIn;

/// <summary>Where admins sign in to look at pages, and out again. A key is taken from a form alone, never from an address.</summary>
internal static partial class SignInRoutes
{
    private const int LargestForm = 16 * 1024;

    /// <param name="app">The service.</param>
    /// <param name="home">Where to go after signing in, where nothing else was asked for.</param>
    public static void MapSignIn(this IEndpointRouteBuilder app, string home)
    {
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        pages.MapGet(OperatorSession.SignInPath, (HttpContext context) => ShowAsync(context, home));
        pages.MapPost(OperatorSession.SignInPath, (HttpContext context, ApiKeys keys, ILoggerFactory loggers) =>
            SignInAsync(context, home, keys, loggers.CreateLogger(typeof(SignInRoutes))));
        pages.MapPost(OperatorSession.SignOutPath, SignOutAsync);
    }

    private static async Task ShowAsync(HttpContext context, string home)
    {
        var page = await OperatorSession.IsSignedInAsync(context) ? SignInPage.SignedIn(home) : SignInPage.Form(Wanted(context));
        await page.WriteAsync(context, StatusCodes.Status200OK);
    }

    private static async Task SignInAsync(HttpContext context, string home, ApiKeys keys, ILogger log)
    {
        if (await FormAsync(context) is not { } form)
        {
            await SignInPage.Form(null, "That page was too old. Please try again.").WriteAsync(context, StatusCodes.Status400BadRequest);
            return;
        }

        var wanted = form[OperatorSession.ReturnParameter].ToString();
        if (await keys.FindAsync(form["key"].ToString().Trim()) is not { IsAdmin: true } admin)
        {
            LogRefused(log, context.Connection.RemoteIpAddress);
            await SignInPage.Form(wanted, "This is no admin key, or one that has expired or been revoked.")
                .WriteAsync(context, StatusCodes.Status401Unauthorized);
            return;
        }

        await OperatorSession.SignInAsync(context, admin);
        LogSignedIn(log, LoggedId.OfKey(admin.KeyId));
        await Redirect(context, wanted, home).ExecuteAsync(context);
    }

    private static async Task SignOutAsync(HttpContext context)
    {
        if (await FormAsync(context) is not null) await context.SignOutAsync(OperatorSession.Scheme);
        await Redirect(context, null, OperatorSession.SignInPath).ExecuteAsync(context);
    }

    // Null where it is not a form of ours.
    private static async Task<IFormCollection?> FormAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body) body.MaxRequestBodySize = LargestForm;
        if (!context.Request.HasFormContentType) return null;
        try
        {
            return await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context)
                ? await context.Request.ReadFormAsync(context.RequestAborted)
                : null;
        }
        catch (AntiforgeryValidationException)
        {
            // What calls itself a form and cannot be read as one.
            return null;
        }
    }

    private static string? Wanted(HttpContext context) => context.Request.Query[OperatorSession.ReturnParameter];

    // A page of another site is never gone to, whatever a link to this one says.
    private static RedirectHttpResult Redirect(HttpContext context, string? wanted, string otherwise) =>
        TypedResults.LocalRedirect(RedirectHttpResult.IsLocalUrl(wanted) ? wanted! : context.Request.PathBase + otherwise);

    [LoggerMessage(1701, LogLevel.Information, "An admin has signed in to the pages, with the key {KeyId}")]
    private static partial void LogSignedIn(ILogger logger, LoggedId keyId);

    [LoggerMessage(1702, LogLevel.Warning, "Somebody at {Address} could not sign in to the pages: no admin key")]
    private static partial void LogRefused(ILogger logger, System.Net.IPAddress? address);
}

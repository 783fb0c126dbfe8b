using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Kyy.Bridge.Keys.SignIn;

/// <summary>
/// An admin who looks at pages with a browser: signed in once with an admin key, then known by a cookie. The cookie holds the hash of the
/// key, encrypted, so that every request asks whether the key still holds: a revocation ends the session within the same 5 s.
/// </summary>
internal static class OperatorSession
{
    /// <summary>The policy for pages.</summary>
    public const string Policy = "Operator";

    internal const string Scheme = "Operator", SignInPath = "/sign-in", SignOutPath = "/sign-out", ReturnParameter = "return_url";

    private const string CookieName = "kyy-bridge-operator", KeyHashClaim = "key_hash";

    // A working day; used all day it goes on, as long as the key holds.
    private static readonly TimeSpan Life = TimeSpan.FromHours(8);

    public static IServiceCollection AddOperatorSession(this IServiceCollection services)
    {
        services.AddAuthentication().AddCookie(Scheme, _ => { });
        services.AddOptions<CookieAuthenticationOptions>(Scheme).Configure<IHostEnvironment>(Configure);
        services.AddAuthorizationBuilder()
            .AddPolicy(Policy, policy => policy.AddAuthenticationSchemes(Scheme).RequireRole(ApiKeyAuthentication.Admin));
        // The token's cookie is no secret. Were it for https alone, a proxy that is not named in Bridge:Http:KnownProxies would get a 500.
        return services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "kyy-bridge-antiforgery";
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
    }

    public static Task SignInAsync(HttpContext context, Caller admin) => context.SignInAsync(Scheme, new(new ClaimsIdentity(
        [
            new(ClaimTypes.Role, ApiKeyAuthentication.Admin),
            // What anti-forgery tokens are bound to.
            new(ClaimTypes.NameIdentifier, admin.KeyId.ToString("N")),
            new(KeyHashClaim, Convert.ToHexString(admin.Key.ToBytes())),
        ],
        Scheme)));

    /// <summary>Whether the browser has a session, whose key still holds.</summary>
    public static async Task<bool> IsSignedInAsync(HttpContext context) => (await context.AuthenticateAsync(Scheme)).Succeeded;

    private static void Configure(CookieAuthenticationOptions options, IHostEnvironment environment)
    {
        options.Cookie.Name = CookieName;
        // Browsers take localhost for a secure place as well, but not all of them do.
        options.Cookie.SecurePolicy = environment.IsDevelopment() ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
        options.ExpireTimeSpan = Life;
        options.LoginPath = options.AccessDeniedPath = SignInPath;
        options.ReturnUrlParameter = ReturnParameter;
        options.Events.OnValidatePrincipal = EndWithTheKeyAsync;
    }

    private static async Task EndWithTheKeyAsync(CookieValidatePrincipalContext context)
    {
        var keys = context.HttpContext.RequestServices.GetRequiredService<ApiKeys>();
        var hash = KeyHash.FromBytes(Convert.FromHexString(context.Principal!.FindFirstValue(KeyHashClaim)!));
        if (await keys.FindAsync(hash) is { IsAdmin: true }) return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(Scheme);
    }
}

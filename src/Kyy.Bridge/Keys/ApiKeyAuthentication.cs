using System.Runtime.ExceptionServices;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Kyy.Bridge.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Kyy.Bridge.Keys;

/// <summary><c>Authorization: Bearer kyb_…</c>. A key that is missing, unknown, expired or revoked is refused alike.</summary>
internal sealed class ApiKeyAuthentication(
    ApiKeys keys, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey", Admin = "admin", Client = "client";

    private const string Bearer = "Bearer";

    /// <inheritdoc />
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Token() is not { } token) return AuthenticateResult.NoResult();
        try
        {
            return await keys.FindAsync(token) is { } caller ? Admit(caller) : AuthenticateResult.NoResult();
        }
        catch (Exception outage) when (DatabaseOutage.Explains(outage))
        {
            // Not known is not refused: /healthz/live has to answer without it, and a challenge says 503 below.
            return AuthenticateResult.Fail(outage);
        }
    }

    /// <inheritdoc />
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if ((await HandleAuthenticateOnceSafeAsync()).Failure is { } outage) ExceptionDispatchInfo.Throw(outage);
        Response.Headers[HeaderNames.WWWAuthenticate] = Bearer;
        await Problems.Unauthorized().ExecuteAsync(Context);
    }

    /// <inheritdoc />
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.Forbidden().ExecuteAsync(Context);

    private string? Token()
    {
        const string scheme = $"{Bearer} ";
        var header = Request.Headers.Authorization;
        return header.Count == 1 && header[0] is { } value && value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? value[scheme.Length..].Trim()
            : null;
    }

    private AuthenticateResult Admit(Caller caller)
    {
        Context.Features.Set(caller);
        var identity = new ClaimsIdentity([new(ClaimTypes.Role, caller.IsAdmin ? Admin : Client)], Scheme.Name);
        return AuthenticateResult.Success(new(new(identity), Scheme.Name));
    }
}

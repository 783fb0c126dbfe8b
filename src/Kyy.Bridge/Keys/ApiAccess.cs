using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace Kyy.Bridge.Keys;

/// <summary>
/// Who may go where, decided by the path alone, so that a route that is added has no way to be left open, and a path without a route
/// tells nothing to somebody without a key.
/// </summary>
internal static class ApiAccess
{
    /// <summary>What holds wherever an endpoint, such as a page of the console, does not have a policy of its own.</summary>
    public static readonly AuthorizationPolicy ByPath = new AuthorizationPolicyBuilder(ApiKeyAuthentication.SchemeName)
        .RequireAssertion(context => context.Resource is HttpContext http && Allows(http.Request.Path, context.User))
        .Build();

    private static bool Allows(PathString path, ClaimsPrincipal user) =>
        path.StartsWithSegments("/v1/admin", StringComparison.OrdinalIgnoreCase) ? user.IsInRole(ApiKeyAuthentication.Admin)
        : !path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) || user.Identity is { IsAuthenticated: true };
}

using System.Net;
using System.Text.RegularExpressions;

namespace Kyy.Bridge.Tests.Scheduling.HangfireAdapter;

/// <summary>Keeps cookies, and follows no redirect, so that a test sees where one leads.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly Uri _address;

    public Browser(Uri address)
    {
        _address = address;
        Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
    }

    public HttpClient Http { get; }

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(new(HttpMethod.Get, path));

    public async Task<string> ReadAsync(string path)
    {
        using var answer = await GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> form) =>
        SendAsync(new(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) });

    /// <summary>Fills the form in, as it is served.</summary>
    public async Task<HttpResponseMessage> SignInAsync(string key, string wanted) => await PostAsync("/sign-in", new()
    {
        ["__RequestVerificationToken"] = await TokenAsync(),
        ["return_url"] = wanted,
        ["key"] = key,
    });

    /// <summary>The token of a page that was served just now.</summary>
    public async Task<string> TokenAsync() => Token().Match(await ReadAsync("/sign-in")).Groups[1].Value;

    /// <summary>The token of a page of the dashboard.</summary>
    public async Task<string> DashboardTokenAsync() => DashboardToken().Match(await ReadAsync("/hangfire/recurring")).Groups[1].Value;

    // Cookies that are for https alone are sent as well: the tests' localhost counts as a secure place, as it does for browsers.
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        var secure = new UriBuilder(_address) { Scheme = "https" }.Uri;
        request.Headers.TryAddWithoutValidation("Cookie", _cookies.GetCookieHeader(secure));
        var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        if (answer.Headers.TryGetValues("Set-Cookie", out var cookies))
            foreach (var cookie in cookies) _cookies.SetCookies(secure, cookie);
        return answer;
    }

    public void Dispose() => Http.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("<meta name=\"csrf-token\" content=\"([^\"]+)\"")]
    private static partial Regex DashboardToken();
}

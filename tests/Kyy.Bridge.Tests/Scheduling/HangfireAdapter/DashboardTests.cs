using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Scheduling.HangfireAdapter;

/// <summary>Who sees Hangfire's dashboard: admins who have signed in, and nobody else, wherever they come from.</summary>
public sealed class DashboardTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;

    public async ValueTask InitializeAsync() => _bridge = await StartAsync();

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Theory]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/recurring")]
    [InlineData("/hangfire/jobs/processing")]
    [InlineData("/hangfire/js18250")]
    [InlineData("/HANGFIRE/servers")]
    public async Task Without_a_session_everything_leads_to_the_sign_in_on_localhost_too(string path)
    {
        using var browser = new Browser(_bridge.Address);

        using var answer = await browser.GetAsync(path);

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.AbsolutePath.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task An_API_key_in_a_header_opens_no_page()
    {
        using var browser = new Browser(_bridge.Address);
        browser.Http.DefaultRequestHeaders.Authorization = new("Bearer", BridgeApplication.AdminKey);

        using var answer = await browser.GetAsync("/hangfire");

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task An_admin_who_signs_in_sees_the_page_that_was_asked_for()
    {
        using var browser = new Browser(_bridge.Address);

        using var signedIn = await browser.SignInAsync(BridgeApplication.AdminKey, "/hangfire/recurring");

        signedIn.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        signedIn.Headers.Location!.OriginalString.ShouldBe("/hangfire/recurring");
        _bridge.Log.Lines.ShouldContain(line => line.Contains("\"Id\":1701", StringComparison.Ordinal)
            && line.Contains("\"KeyId\":\"key_", StringComparison.Ordinal) && line.Contains("SignInRoutes", StringComparison.Ordinal));
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("kyy-bridge-operator=", StringComparison.Ordinal));
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
        cookie.ShouldContain("secure");
        var page = await browser.ReadAsync("/hangfire/recurring");
        page.ShouldContain("Recurring Jobs");
        page.ShouldNotContain(BridgeApplication.AdminKey);
    }

    [Theory]
    [InlineData("https://evil.example/hangfire")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("")]
    public async Task A_sign_in_leads_to_no_other_site(string wanted)
    {
        using var browser = new Browser(_bridge.Address);

        using var signedIn = await browser.SignInAsync(BridgeApplication.AdminKey, wanted);

        signedIn.Headers.Location!.OriginalString.ShouldBe("/hangfire");
    }

    [Fact]
    public async Task A_client_s_key_and_a_wrong_one_are_refused_alike()
    {
        using var browser = new Browser(_bridge.Address);
        var client = await _bridge.CreateClientAsync();

        foreach (var key in new[] { client.ApiKey, "kyb_wrong", "" })
        {
            using var refused = await browser.SignInAsync(key, "/hangfire");

            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("This is no admin key");
        }

        using var still = await browser.GetAsync("/hangfire");
        still.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_form_that_another_site_sends_signs_nobody_in()
    {
        using var browser = new Browser(_bridge.Address);

        using var refused = await browser.PostAsync("/sign-in", new() { ["key"] = BridgeApplication.AdminKey });

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var still = await browser.GetAsync("/hangfire");
        still.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task What_cannot_be_read_as_a_form_is_refused_and_no_fault_of_the_service()
    {
        using var browser = new Browser(_bridge.Address);
        using var form = new ByteArrayContent("--other\r\n"u8.ToArray());
        form.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=one");
        (await browser.GetAsync("/sign-in")).Dispose();

        using var refused = await browser.SendAsync(new(HttpMethod.Post, "/sign-in") { Content = form });

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_session_ends_when_it_is_signed_out_of()
    {
        using var browser = new Browser(_bridge.Address);
        (await browser.SignInAsync(BridgeApplication.AdminKey, "/hangfire")).Dispose();

        using var signedOut = await browser.PostAsync("/sign-out", new() { ["__RequestVerificationToken"] = await browser.TokenAsync() });

        signedOut.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        using var still = await browser.GetAsync("/hangfire");
        still.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_session_ends_with_its_key_on_every_replica()
    {
        await using var other = await StartAsync(_bridge);
        using var browser = new Browser(other.Address);
        using var made = await _bridge.AsAdmin().PostAsync("/v1/admin/keys", new { name = "ann" });
        var key = made.Read(BridgeJson.Wire.ApiKeyCreated);
        (await browser.SignInAsync(key.ApiKey, "/hangfire")).Dispose();
        (await browser.ReadAsync("/hangfire/servers")).ShouldContain("Servers");

        using var revoked = await _bridge.AsAdmin().DeleteAsync($"/v1/admin/keys/{key.Id}");
        revoked.Status.ShouldBe(HttpStatusCode.NoContent);
        other.Clock.Advance(TimeSpan.FromSeconds(5));

        using var still = await browser.GetAsync("/hangfire/servers");
        still.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.Unauthorized)]
    [InlineData(false, HttpStatusCode.NoContent)]
    public async Task It_is_read_only_unless_the_operator_says_otherwise(bool readOnly, HttpStatusCode expected)
    {
        await using var other = await StartAsync(_bridge, ("Bridge:Scheduling:DashboardReadOnly", readOnly ? "true" : "false"));
        using var browser = new Browser(other.Address);
        (await browser.SignInAsync(BridgeApplication.AdminKey, "/hangfire")).Dispose();

        using var answer = await browser.PostAsync(
            "/hangfire/recurring/trigger", new() { ["jobs[]"] = "none", ["__RequestVerificationToken"] = await browser.DashboardTokenAsync() });

        answer.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task A_session_alone_starts_nothing_there_without_a_token_of_the_page()
    {
        await using var other = await StartAsync(_bridge, ("Bridge:Scheduling:DashboardReadOnly", "false"));
        using var browser = new Browser(other.Address);
        (await browser.SignInAsync(BridgeApplication.AdminKey, "/hangfire")).Dispose();

        using var answer = await browser.PostAsync("/hangfire/recurring/trigger", new() { ["jobs[]"] = "none" });

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task It_is_there_only_with_the_engine_and_the_role_that_show_it()
    {
        await using var hosted = await StartAsync(_bridge, ("Bridge:Scheduling:Engine", "Hosted"));
        await using var api = await StartAsync(_bridge, ("Bridge:Roles", "api"));

        foreach (var bridge in new[] { hosted, api })
        {
            using var browser = new Browser(bridge.Address);
            using var answer = await browser.GetAsync("/hangfire");
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    private async Task<BridgeApplication> StartAsync(BridgeApplication? beside = null, params (string, string)[] settings)
    {
        (string, string)[] all = [("Bridge:Roles", "api,console"), ("Bridge:Scheduling:Engine", "Hangfire"), .. settings];
        return beside is null
            ? await BridgeApplication.StartAsync(server, null, all)
            : await BridgeApplication.StartAsync(beside.Database, null, ownsDatabase: false, settings: all);
    }
}

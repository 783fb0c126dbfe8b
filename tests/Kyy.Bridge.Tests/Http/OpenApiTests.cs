using System.Net;
using System.Text.Json;
using Kyy.Bridge.Tests.Support;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Http;

public sealed class OpenApiTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;
    private JsonElement _document;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        using var answer = await _bridge.As(null).GetAsync("/openapi/v1.json");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        _document = JsonElement.Parse(answer.Body);
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public void Document_ListsEveryRoute()
    {
        _document.GetProperty("openapi").GetString().ShouldNotBeNull().ShouldStartWith("3.1");
        var routes = _bridge.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<IEndpointSummaryMetadata>() is not null)
            .SelectMany(route => route.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
                .Select(method => $"{method.ToLowerInvariant()} {route.RoutePattern.RawText!.TrimEnd('/')}"))
            .ToArray();
        routes.Length.ShouldBeGreaterThan(10);
        routes.ShouldContain("post /v1/admin/clients/{id}/keys");
        Operations().Select(operation => operation.Name).ShouldBe(routes, ignoreOrder: true);
    }

    [Fact]
    public void EveryOperation_SaysWhatItDoesAndDescribesItsRefusals()
    {
        foreach (var (name, operation) in Operations())
        {
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrEmpty(name);
            operation.GetProperty("operationId").GetString().ShouldNotBeNullOrEmpty(name);
            foreach (var response in operation.GetProperty("responses").EnumerateObject().Where(response => response.Name[0] is '4' or '5'))
            {
                response.Value.GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("$ref")
                    .GetString().ShouldBe("#/components/schemas/Problem", name);
            }
        }
    }

    [Fact]
    public void Api_AsksForAKeyAndHealthDoesNot()
    {
        foreach (var (name, operation) in Operations())
            operation.TryGetProperty("security", out _).ShouldBe(name.Contains("/v1/", StringComparison.Ordinal), name);
        _document.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer").GetProperty("scheme").GetString()
            .ShouldBe("bearer");
    }

    [Fact]
    public void Post_DescribesItsBodyAndHeaders()
    {
        var create = Operations().Single(operation => operation.Name == "post /v1/admin/clients").Value;

        var body = create.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        body.GetProperty("$ref").GetString().ShouldBe("#/components/schemas/ClientRegistration");
        var schema = _document.GetProperty("components").GetProperty("schemas").GetProperty("ClientRegistration");
        schema.GetProperty("properties").EnumerateObject().Select(member => member.Name).ShouldBe(["name", "may_use_operator_key"]);
        schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()).ShouldBe(["name"]);
        Parameters(create).ShouldBe(["Idempotency-Key"]);
        Statuses(create).ShouldBe(["201", "400", "401", "403", "409", "413", "415", "422", "429", "500", "503"], ignoreOrder: true);
    }

    [Fact]
    public void List_DescribesItsQuery()
    {
        var list = Operations().Single(operation => operation.Name == "get /v1/admin/clients").Value;

        Parameters(list).ShouldBe(["limit", "cursor"]);
        list.GetProperty("responses").GetProperty("200").GetProperty("content").TryGetProperty("application/json", out _).ShouldBeTrue();
    }

    [Fact]
    public void Schemas_SayWhatConvertersWrite()
    {
        var schemas = _document.GetProperty("components").GetProperty("schemas");
        var key = schemas.GetProperty("ApiKeyView").GetProperty("properties");

        key.GetProperty("created_at").GetProperty("type").GetString().ShouldBe("string");
        key.GetProperty("created_at").GetProperty("format").GetString().ShouldBe("date-time");
        key.GetProperty("expires_at").GetProperty("type").EnumerateArray().Select(type => type.GetString()).ShouldBe(["null", "string"]);
        schemas.GetProperty("Problem").GetProperty("properties").GetProperty("status").GetProperty("type").GetString().ShouldBe("integer");
    }

    [Fact]
    public void SigningSecret_TellsAdminsToNameTheClient() =>
        Parameters(Operations().Single(operation => operation.Name == "get /v1/signing-secret").Value).ShouldBe(["Kyy-Client"]);

    [Fact]
    public void UpstreamKeys_DescribeTheirNameBodyAndAnswers()
    {
        var set = Operations().Single(operation => operation.Name == "put /v1/upstream-keys/{name}").Value;

        Parameters(set).ShouldBe(["name", "Kyy-Client"]);
        set.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref")
            .GetString().ShouldBe("#/components/schemas/UpstreamKeySetting");
        Statuses(set).ShouldBe(["200", "201", "400", "401", "413", "415", "429", "500", "503"], ignoreOrder: true);
        _document.GetProperty("components").GetProperty("schemas").GetProperty("UpstreamKeyView").GetProperty("properties")
            .TryGetProperty("key", out _).ShouldBeFalse();
        Parameters(Operations().Single(operation => operation.Name == "get /v1/upstream-keys").Value).ShouldBe(["limit", "cursor", "Kyy-Client"]);
    }

    [Fact]
    public async Task Page_IsThereForAnybody()
    {
        using var answer = await _bridge.As(null).GetAsync("/swagger/index.html");
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Body.ShouldContain("Kyy.Bridge");
    }

    private IEnumerable<(string Name, JsonElement Value)> Operations() =>
        from path in _document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select ($"{operation.Name} {path.Name}", operation.Value);

    private static IEnumerable<string?> Parameters(JsonElement operation) =>
        operation.GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString());

    private static IEnumerable<string> Statuses(JsonElement operation) =>
        operation.GetProperty("responses").EnumerateObject().Select(response => response.Name);
}

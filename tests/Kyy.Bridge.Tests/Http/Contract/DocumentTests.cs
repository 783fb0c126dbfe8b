using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Tasks;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>The document is whole: nothing in it lacks the words or the example that a reader needs.</summary>
public sealed class DocumentTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;
    private ApiDocument _document = null!;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _document = await ApiDocument.ReadAsync(_bridge);
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public void Every_chapter_and_every_operation_is_described()
    {
        var chapters = _document.Root.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()).ToArray();
        foreach (var operation in _document.Operations)
        {
            var tags = operation.Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).ToArray();
            tags.ShouldNotBeEmpty(operation.Name);
            tags.Except(chapters).ShouldBeEmpty($"{operation.Name}: OpenApiTags has to describe its chapter");
            operation.Json.GetProperty("description").GetString().ShouldNotBeNullOrEmpty(operation.Name);
        }

        _document.Operations.Select(operation => operation.Json.GetProperty("operationId").GetString()).ShouldBeUnique();
    }

    [Fact]
    public void Every_parameter_says_what_it_is_and_every_id_how_it_looks()
    {
        foreach (var (operation, parameter) in _document.Operations.SelectMany(operation => operation.Parameters.Select(parameter => (operation, parameter))))
        {
            var name = $"{operation.Name} {parameter.GetProperty("name")}";
            parameter.TryGetProperty("description", out _).ShouldBeTrue($"{name} has no description; of an id in a path OpenApiIds says it");
            if (parameter.GetProperty("in").ValueEquals("path")) parameter.TryGetProperty("example", out _).ShouldBeTrue($"{name}: OpenApiIds needs an example");
        }
    }

    [Fact]
    public void Every_member_is_described_as_on_the_wire()
    {
        var said = Schemas().SelectMany(schema => Members(schema.Value).Select(member => ($"{schema.Name}.{member.Name}", DescriptionOf(member.Value)))).ToArray();

        said.Length.ShouldBeGreaterThan(100);
        said.Where(member => string.IsNullOrEmpty(member.Item2)).Select(member => member.Item1).ShouldBeEmpty("the contract's comment is missing");
        said.Where(member => member.Item2!.Contains("see cref", StringComparison.Ordinal) || member.Item2.IndexOfAny(['\n', '&']) >= 0).ShouldBeEmpty();
    }

    [Fact]
    public void Requests_name_what_is_required_and_refuse_what_is_not_known()
    {
        var registration = _document.Root.GetProperty("components").GetProperty("schemas").GetProperty("TaskRegistration");

        registration.GetProperty("required").EnumerateArray().Select(name => name.GetString()).ShouldBe(["task_id"]);
        registration.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse();
        Words(registration, "family").ShouldBe(["starvideos", "videos", "seedance15", "veo", "sd2manxue", null]);
        Words(registration, "service_tier").ShouldBe(["default", "flex", null]);
        registration.GetProperty("properties").GetProperty("events").GetProperty("items").GetProperty("enum").GetArrayLength().ShouldBe(CallbackEvents.All.Length);
    }

    [Fact]
    public void Answers_may_grow()
    {
        var task = _document.Root.GetProperty("components").GetProperty("schemas").GetProperty("BridgeTask");
        var status = task.GetProperty("properties").GetProperty("status");

        task.TryGetProperty("additionalProperties", out _).ShouldBeFalse();
        status.TryGetProperty("enum", out _).ShouldBeFalse();
        status.GetProperty("examples").EnumerateArray().Select(word => word.GetString()).ShouldContain(TaskStatuses.TimedOut);
    }

    [Fact]
    public void Every_body_and_every_answer_has_an_example_that_keeps_to_its_schema()
    {
        var faults = new List<string>();
        foreach (var (at, media, isAnswer) in Contents())
        {
            var schema = media.GetProperty("schema");
            var examples = media.TryGetProperty("example", out var one) ? [one]
                : media.TryGetProperty("examples", out var many) ? many.EnumerateObject().Select(example => example.Value.GetProperty("value")).ToArray()
                : [];
            if (examples.Length == 0) faults.Add($"{at} has no example: OpenApiExamples.json needs one by the name of {schema}");
            faults.AddRange(examples.SelectMany(example => _document.Schemas.FaultsOf(example, schema, isAnswer).Select(fault => $"{at}: {fault}")));
        }

        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Every_type_of_event_is_a_webhook_with_the_headers_of_the_standard()
    {
        var webhooks = _document.Root.GetProperty("webhooks");

        OpenApiWebhooks.Types.Except(webhooks.EnumerateObject().Select(webhook => webhook.Name))
            .ShouldBeEmpty("OpenApiWebhooks.Contents says what events are about");
        foreach (var webhook in webhooks.EnumerateObject())
        {
            webhook.Value.GetProperty("post").GetProperty("parameters").EnumerateArray().Select(header => header.GetProperty("name").GetString())
                .ShouldBe(["webhook-id", "webhook-timestamp", "webhook-signature", "user-agent", "traceparent", "kyy-video-url"]);
        }
    }

    private IEnumerable<JsonProperty> Schemas() => _document.Root.GetProperty("components").GetProperty("schemas").EnumerateObject();

    private static IEnumerable<JsonProperty> Members(JsonElement schema) =>
        schema.TryGetProperty("properties", out var members) ? members.EnumerateObject() : [];

    private static string? DescriptionOf(JsonElement member) =>
        member.TryGetProperty("description", out var said) ? said.GetString()
        : member.TryGetProperty("oneOf", out var choices) ? choices.EnumerateArray().Select(DescriptionOf).FirstOrDefault(text => text is not null)
        : null;

    private static IEnumerable<string?> Words(JsonElement schema, string member) =>
        schema.GetProperty("properties").GetProperty(member).GetProperty("enum").EnumerateArray().Select(word => word.GetString());

    private IEnumerable<(string At, JsonElement Media, bool IsAnswer)> Contents()
    {
        var operations = _document.Operations.Select(operation => (operation.Name, operation.Json, IsReceived: false)).Concat(
            _document.Root.GetProperty("webhooks").EnumerateObject().Select(webhook => (webhook.Name, Json: webhook.Value.GetProperty("post"), IsReceived: true)));
        foreach (var (name, operation, isReceived) in operations)
        {
            if (operation.TryGetProperty("requestBody", out var body)) yield return ($"{name} body", body.GetProperty("content").GetProperty("application/json"), isReceived);
            foreach (var response in operation.GetProperty("responses").EnumerateObject())
            {
                if (!response.Value.TryGetProperty("content", out var content)) continue;
                foreach (var media in content.EnumerateObject()) yield return ($"{name} {response.Name}", media.Value, true);
            }
        }
    }
}

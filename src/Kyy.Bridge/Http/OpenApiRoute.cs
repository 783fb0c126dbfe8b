using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>A route as the OpenAPI document sees it: what its metadata and its handler's arguments say.</summary>
internal sealed class OpenApiRoute(ApiDescription description, OpenApiOperation operation)
{
    private readonly IList<object> _metadata = description.ActionDescriptor.EndpointMetadata;

    public string Path { get; } = $"/{description.RelativePath}";

    public string Name => $"{description.HttpMethod} {Path}";

    public bool IsOfApi => Path.StartsWith("/v1", StringComparison.Ordinal);

    public bool IsForAdmins => Path.StartsWith("/v1/admin", StringComparison.Ordinal);

    public bool IsPost => IsOfApi && description.HttpMethod == HttpMethods.Post;

    public bool IsPut => description.HttpMethod == HttpMethods.Put;

    public bool HasId => Path.Contains('{', StringComparison.Ordinal);

    public bool IsIdempotentByNature => Of<IdempotentByNature>().Any();

    public BodyMetadata? Body => Of<BodyMetadata>().LastOrDefault();

    public string Summary => Of<IEndpointSummaryMetadata>().LastOrDefault()?.Summary ?? "";

    /// <summary>Keys are shown once and have no address; everything else that is made can be looked at.</summary>
    public bool SaysLocation => !IsForAdmins;

    public IReadOnlyList<ProblemKind> OwnProblems => [.. Of<RefusalMetadata>().SelectMany(own => own.Kinds)];

    /// <summary>The statuses of refusals that the route itself has named.</summary>
    public IReadOnlyList<int> OwnRefusals { get; } =
        [.. (operation.Responses ?? []).Keys.Where(key => int.TryParse(key, out var status) && status >= 400).Select(key => int.Parse(key, CultureInfo.InvariantCulture))];

    public IEnumerable<TMetadata> Of<TMetadata>() => _metadata.OfType<TMetadata>();

    public bool Takes<TArgument>() => Of<MethodInfo>()
        .SelectMany(handler => handler.GetParameters()).Any(parameter => parameter.ParameterType == typeof(TArgument));
}

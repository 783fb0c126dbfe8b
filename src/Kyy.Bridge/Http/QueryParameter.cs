using Microsoft.OpenApi;

namespace Kyy.Bridge.Http;

/// <summary>A parameter of a query, for the OpenAPI document.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Description">What it does.</param>
/// <param name="Type">The kind of its value; text by default.</param>
/// <param name="Format">What the text is, for instance <c>date-time</c>.</param>
/// <param name="Choices">The words that it may be; null for any.</param>
internal sealed record QueryParameter(
    string Name,
    string Description,
    JsonSchemaType Type = JsonSchemaType.String,
    string? Format = null,
    IReadOnlyList<string>? Choices = null)
{
    /// <summary>What every list takes.</summary>
    public static readonly IReadOnlyList<QueryParameter> Page =
    [
        new("limit", $"How many to return: 1 to {PageRequest.MaxLimit}, by default {PageRequest.DefaultLimit}.", JsonSchemaType.Integer),
        new("cursor", "The next_cursor of the page before; without it the list begins."),
    ];
}

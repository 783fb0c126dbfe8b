using System.IO.Enumeration;

namespace Kyy.Bridge.Upstream.Catalogue;

/// <summary>A model's name against a pattern in which <c>*</c> stands for any characters; case is ignored.</summary>
internal static class ModelPattern
{
    // The framework's matcher never matches an empty name, though "*" is meant to hold for a model that was not told too.
    public static bool Matches(string pattern, string? model) =>
        pattern is "*" || FileSystemName.MatchesSimpleExpression(pattern, model, ignoreCase: true);
}

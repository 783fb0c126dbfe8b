using System.Text.Json;

namespace Kyy.Bridge.Polling.Budgets;

/// <summary>Kinds of trouble as words, the same in the log, in tables and in answers.</summary>
internal static class KindWord
{
    public static string Of<T>(T kind) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}

using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>The words of all faults.</summary>
internal static class FaultWords
{
    private static readonly FrozenDictionary<Type, string> Words = typeof(Fault).GetCustomAttributes<JsonDerivedTypeAttribute>()
        .ToFrozenDictionary(fault => fault.DerivedType, fault => (string)fault.TypeDiscriminator!);

    public static IEnumerable<string> All => Words.Values;

    public static IEnumerable<Type> Types => Words.Keys;

    public static string Of(Type fault) => Words[fault];
}

using Kyy.Bridge.Configuration;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Keys;

/// <summary>The first way in: <c>Bridge:Auth</c>.</summary>
internal sealed record AuthSettings
{
    private const int ShortestAdminKey = 32;

    /// <summary>
    /// The bootstrap admin key: 32 or more visible ASCII characters, none by default; a shorter one stops the start. Without it
    /// Development makes one, and elsewhere the admins are those whose keys are in the database.
    /// </summary>
    public Secret? AdminKey { get; init; }

    internal static AuthSettings Read(ConfigurationReader reader) => new() { AdminKey = reader.Token(nameof(AdminKey), ShortestAdminKey) };
}

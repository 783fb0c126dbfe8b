using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.FileProviders;

namespace Kyy.Bridge.Configuration;

/// <summary>
/// Configuration from files, for secrets: a file's name is the key, <c>__</c> standing for a colon, and its text the value. Unlike
/// the environment they are not told by <c>docker inspect</c>, nor handed down to child processes.
/// </summary>
internal static class SecretFiles
{
    private const string Folder = "/run/secrets";

    /// <summary>Adds them below the environment and the command line, and above the settings files.</summary>
    /// <param name="sources">The host's, in the order of their standing.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <returns>Why they cannot be read, with the remedy; null where they can, or there are none.</returns>
    public static string? AddSecretFiles(this IList<IConfigurationSource> sources, Func<string, string?> environment)
    {
        // systemd's convention; containers and Kubernetes mount them at the fixed place.
        var folder = environment("CREDENTIALS_DIRECTORY") is { Length: > 0 } given ? Path.GetFullPath(given) : Folder;
        if (!Directory.Exists(folder)) return null;

        var settings = sources.OfType<JsonConfigurationSource>().LastOrDefault();
        var place = settings is null ? 0 : sources.IndexOf(settings) + 1;
        try
        {
            // A host's sources are read as they are added.
            sources.Insert(place, new KeyPerFileConfigurationSource { FileProvider = new PhysicalFileProvider(folder) });
            return null;
        }
        catch (Exception refusal) when (refusal is UnauthorizedAccessException or IOException)
        {
            return $"The secrets in {folder} cannot be read: {refusal.Message} This account has to be allowed to read each file there.";
        }
    }
}

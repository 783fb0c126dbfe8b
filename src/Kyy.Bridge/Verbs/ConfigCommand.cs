using System.CommandLine;
using Kyy.Bridge.Configuration;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Verbs;

/// <summary><c>config check</c>.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var check = new Command("check", "Reads the configuration as a start would and says what is in force, or all that is wrong.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        check.SetAction(async given =>
        {
            if (await ServiceSetup.TryCreateBuilderAsync(given.UnmatchedTokens) is not { } builder) return FaultReport.ExitCode;
            return ConfigCheckVerb.Run(
                builder.Configuration, builder.Environment.IsDevelopment(), ModelCatalogue.Documented.Families, Console.Out);
        });
        return new Command("config", "The configuration.") { check };
    }
}

using System.CommandLine;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Verbs;

/// <summary><c>postgres [DIRECTORY]</c>.</summary>
internal static class PostgresCommand
{
    public static Command Create()
    {
        var directory = new Argument<string>("directory")
        {
            Description = "Where its data is.",
            DefaultValueFactory = _ => new DatabaseSettings().LocalDirectory,
        };
        var command = new Command("postgres", "Runs Development's private PostgreSQL alone, for a look with psql.") { directory };
        command.SetAction(given => PostgresVerb.RunAsync(given.GetRequiredValue(directory), Console.Out, Console.Error, TimeProvider.System));
        return command;
    }
}

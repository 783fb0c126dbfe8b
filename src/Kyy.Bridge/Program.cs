using System.CommandLine;
using Kyy.Bridge.Verbs;

return await new RootCommand("Kyy.Bridge polls asynchronous video tasks and delivers their outcomes as signed webhooks.")
{
    ServeVerb.Create(),
    MigrateVerb.Create(),
    KeysCommand.Create(),
    ConfigCommand.Create(),
    HealthcheckVerb.Create(),
    PostgresCommand.Create(),
}.ServingByDefault().Parse(args).InvokeAsync();

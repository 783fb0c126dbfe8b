using System.CommandLine;
using Kyy.Bridge.Verbs;

return await new RootCommand("Kyy.Bridge polls asynchronous video tasks and delivers their outcomes as signed webhooks.")
{
    ServeVerb.Create(),
    MigrateVerb.Create(),
    KeysCommand.Create(),
    ConfigCommand.Create(),
    HealthcheckVerb.Create(),
    ListenCommand.Create(),
    PostgresCommand.Create(),
// Signals are the host's: the parser would end the process two seconds after SIGTERM, in the middle of draining.
}.ServingByDefault().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

using Kyy.Bridge.Persistence;

if (args is ["postgres", .. var rest])
    return await PostgresVerb.RunAsync(rest is [var directory] ? directory : ".data/postgres", Console.Out, Console.Error, TimeProvider.System);

var builder = WebApplication.CreateBuilder(args);
await builder.Build().RunAsync();
return 0;

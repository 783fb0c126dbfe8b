using Kyy.Bridge.Persistence;

if (args is ["postgres", .. var rest])
{
    var directory = rest is [var given] ? given : ".data/postgres";
    return await PostgresVerb.RunAsync(directory, Console.Out, Console.Error, TimeProvider.System);
}

var builder = WebApplication.CreateBuilder(args);
await builder.Build().RunAsync();
return 0;

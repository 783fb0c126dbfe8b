using System.CommandLine;
using Kyy.Bridge.Emulator.Demo;

namespace Kyy.Bridge.Emulator.Commands;

/// <summary><c>demo running</c>: the same story with what runs already, in containers for instance.</summary>
internal static class RunningDemoCommand
{
    private static readonly Option<Uri> Bridge = Address("--bridge", "Where the service is.");

    private static readonly Option<Uri> Upstream = Address("--upstream", "Where the emulator's control is. Its time scale is a thirtieth.");

    private static readonly Option<Uri> Receiver = Address(
        "--receiver", "The receiver, by the address that the service is to call. It takes its secret from this machine only.");

    private static readonly Option<FileInfo> AdminKey = new Option<FileInfo>("--admin-key")
    {
        Description = "A file with an admin key of the service.",
        Required = true,
    }.AcceptExistingOnly();

    public static Command Create()
    {
        var command = new Command("running", "The same with a service, an emulator and a receiver that run already.")
        {
            Bridge, Upstream, Receiver, AdminKey,
        };
        command.SetAction((given, stopping) => DemoCommand.TellAsync(cancellation => RunAsync(given, cancellation), stopping));
        return command;
    }

    private static async Task<IReadOnlyList<string>> RunAsync(ParseResult given, CancellationToken stopping)
    {
        var key = (await File.ReadAllTextAsync(given.GetRequiredValue(AdminKey).FullName, stopping)).Trim();
        using var stage = new DemoStage(
            given.GetRequiredValue(Bridge), given.GetRequiredValue(Upstream), given.GetRequiredValue(Receiver), key, TimeProvider.System);
        var story = new DemoStory(stage, ReadyAsync, Console.Out, TimeProvider.System);
        return DemoCommand.Report(await story.TellAsync(stopping));

        async Task ReadyAsync(CancellationToken cancellation)
        {
            if (!await stage.IsReadyAsync(cancellation)) throw new DemoException("The service is not ready.");
        }
    }

    private static Option<Uri> Address(string name, string description) => new(name)
    {
        Description = description,
        Required = true,
        CustomParser = given =>
        {
            if (Uri.TryCreate(given.Tokens[0].Value, UriKind.Absolute, out var address)) return address;
            given.AddError($"{name} is an absolute URL.");
            return null;
        },
    };
}

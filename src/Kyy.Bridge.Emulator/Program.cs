using System.CommandLine;
using Kyy.Bridge.Emulator.Commands;

namespace Kyy.Bridge.Emulator;

/// <summary>In a namespace, because a test project that also references the service would else see two global <c>Program</c> classes.</summary>
internal static class Program
{
    // The default of 2 s would cut a demo off while its service is still ending.
    private static readonly InvocationConfiguration Patient = new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };

    private static Task<int> Main(string[] args) => new RootCommand("What stands around Kyy.Bridge while it is tried out, tested and measured.")
    {
        EmulatorCommand.Create(),
        ReceiverCommand.Create(),
        DemoCommand.Create(),
    }.Parse(args).InvokeAsync(Patient);
}

using System.CommandLine;
using Kyy.Bridge.Emulator.Commands;

namespace Kyy.Bridge.Emulator;

/// <summary>In a namespace, because a test project that also references the service would else see two global <c>Program</c> classes.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => new RootCommand("What stands around Kyy.Bridge while it is tried out, tested and measured.")
    {
        EmulatorCommand.Create(),
        ReceiverCommand.Create(),
    }.Parse(args).InvokeAsync();
}

namespace Kyy.Bridge.Emulator.Demo;

internal static class Displays
{
    /// <summary>The table in a terminal that can redraw one, lines everywhere else.</summary>
    public static IDemoDisplay ForConsole() =>
        Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb"
            ? new PlainDisplay(Console.Out)
            : new LiveDisplay(Console.Out, Size, inColour: string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    // A terminal that knows no size says 0.
    private static (int Width, int Height) Size() =>
        (Console.WindowWidth > 0 ? Console.WindowWidth : 80, Console.WindowHeight > 0 ? Console.WindowHeight : 24);
}

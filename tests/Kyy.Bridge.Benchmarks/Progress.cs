using System.Globalization;

namespace Kyy.Bridge.Benchmarks;

/// <summary>Says what is under way: a line for each step, and on a terminal the seconds that it takes meanwhile.</summary>
internal sealed class Progress(TimeProvider time)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Runs a step.</summary>
    public async Task<T> StepAsync<T>(string what, Func<Task<T>> step)
    {
        var started = time.GetTimestamp();
        var running = step();
        if (Console.IsOutputRedirected) Console.WriteLine($"  {what} …");
        else await CountAsync(what, running, started);
        var result = await running;
        Console.WriteLine($"  {what}: {Seconds(started)}");
        return result;
    }

    private async Task CountAsync(string what, Task running, long started)
    {
        while (!running.IsCompleted)
        {
            Console.Write($"  {what} … {Seconds(started)}\r");
            await Task.WhenAny(running, Task.Delay(Second, time));
        }
    }

    private string Seconds(long since) => string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(since).TotalSeconds:0} s");
}

using Microsoft.AspNetCore.Http;

namespace Kyy.Bridge.Benchmarks.Stages;

/// <summary>
/// How a hook answers. Once it is released it answers at once, and where it returns without having sent anything that is a 200.
/// </summary>
internal delegate Task Manner(HttpContext context, Task released);

/// <summary>The manners there are.</summary>
internal static class Manners
{
    private static readonly byte[] Drop = "x"u8.ToArray();

    public static Task Prompt(HttpContext context, Task released) => Task.CompletedTask;

    public static Manner Slow(TimeSpan after) => (context, released) =>
        Task.WhenAny(released, Task.Delay(after, TimeProvider.System, context.RequestAborted));

    /// <summary>No answer; whoever asks gives up.</summary>
    public static Task Hanging(HttpContext context, Task released) => released.WaitAsync(context.RequestAborted);

    /// <summary>A status at once, and then a byte at a time without an end.</summary>
    public static async Task Dripping(HttpContext context, Task released)
    {
        while (!released.IsCompleted)
        {
            await context.Response.Body.WriteAsync(Drop, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.WhenAny(released, Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, context.RequestAborted));
        }
    }
}

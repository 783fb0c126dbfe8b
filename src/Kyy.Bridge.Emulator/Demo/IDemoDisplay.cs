namespace Kyy.Bridge.Emulator.Demo;

/// <summary>How the tasks are shown while they go on: as a table in a terminal, as lines anywhere else.</summary>
internal interface IDemoDisplay : IDisposable
{
    /// <param name="rows">All tasks, always in the same order.</param>
    /// <param name="elapsed">Since the registration.</param>
    void Show(IReadOnlyList<TaskRow> rows, TimeSpan elapsed);
}

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>One task that the emulated upstream knows.</summary>
/// <param name="Id">As created, decoded.</param>
/// <param name="Family">Whose form its answers have.</param>
/// <param name="Model">The answer's <c>model</c>.</param>
/// <param name="Tier">Decides which gap is expected between its polls.</param>
/// <param name="CreatedAt">The answer's <c>created</c>.</param>
/// <param name="Born">The same moment on the emulator's monotonic clock; before zero for a task that was there already.</param>
/// <param name="Script">What it answers.</param>
/// <param name="VideoUrl">Where its video is, once completed.</param>
internal sealed record EmulatedTask(
    string Id,
    EmulatedFamily Family,
    string Model,
    ServiceTier Tier,
    DateTimeOffset CreatedAt,
    TimeSpan Born,
    TaskScript Script,
    string VideoUrl)
{
    public EmulatedStatus StatusAt(TimeSpan now, int poll) => Script.StatusAt(now - Born, poll);
}

using Kyy.Bridge.Emulator.Upstream.Faults;

namespace Kyy.Bridge.Tests.Faults.Campaign.Planning;

/// <summary>Chance without a state: what is drawn for one thing does not depend on what was drawn for others.</summary>
/// <param name="seed">Of the campaign.</param>
internal readonly struct Chance(int seed)
{
    /// <returns>From 0 to below 1, always the same for the same thing.</returns>
    public double Of(string what, int number, int place = 0) => Chances.Draw(seed, place, what, number);

    public TimeSpan Between(TimeSpan least, TimeSpan most, string what, int number, int place = 0) =>
        least + ((most - least) * Of(what, number, place));

    public int Below(int bound, string what, int number, int place = 0) => (int)(Of(what, number, place) * bound);

    /// <summary>Such things in an order of chance.</summary>
    public IReadOnlyList<T> Shuffled<T>(IReadOnlyList<T> things, string what, int number)
    {
        var chance = this;
        return
        [
            .. things.Select((thing, place) => (thing, place))
                .OrderBy(one => chance.Of(what, number, one.place)).Select(one => one.thing),
        ];
    }
}

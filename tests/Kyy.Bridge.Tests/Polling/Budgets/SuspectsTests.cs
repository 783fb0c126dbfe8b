using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling.Budgets;

public sealed class SuspectsTests
{
    private readonly Guid[] _tasks = [.. Enumerable.Range(0, 10).Select(_ => Make.NewId())];

    [Fact]
    public void Enough_different_tasks_in_a_row_make_it_everybody_s_fault()
    {
        var suspects = new Suspects(3);

        suspects.Add(_tasks[0]).ShouldBeFalse();
        suspects.Add(_tasks[0]).ShouldBeFalse();
        suspects.Add(_tasks[1]).ShouldBeFalse();
        suspects.Add(_tasks[2]).ShouldBeTrue();
        suspects.Add(_tasks[0]).ShouldBeTrue();
    }

    [Fact]
    public void An_answer_to_another_makes_it_their_own_for_good()
    {
        var suspects = new Suspects(2);
        suspects.Add(_tasks[0]);

        suspects.Clear(_tasks[9]);

        suspects.Add(_tasks[1]).ShouldBeFalse();
        suspects.Add(_tasks[0]).ShouldBeFalse();
        suspects.Add(_tasks[2]).ShouldBeTrue();
    }

    [Fact]
    public void Who_is_answered_again_is_evidence_again()
    {
        var suspects = new Suspects(2);
        suspects.Add(_tasks[0]);
        suspects.Clear(_tasks[9]);

        suspects.Clear(_tasks[0]);

        suspects.Add(_tasks[1]).ShouldBeFalse();
        suspects.Add(_tasks[0]).ShouldBeTrue();
    }
}

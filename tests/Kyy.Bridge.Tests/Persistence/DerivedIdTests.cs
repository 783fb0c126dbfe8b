using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class DerivedIdTests
{
    private static readonly Guid Task = new("0198c7d2-1f00-7abc-8def-0123456789ab");

    [Fact]
    public void The_same_end_has_the_same_id_in_every_version()
    {
        // Written down, because a change would give ends that are recorded again after a restore a second id.
        DerivedId.OfEvent(Task, "task.completed").ShouldBe(new Guid("0198c7d2-1f00-78ff-8c3f-e4c133e4ad0c"));
        DerivedId.OfEvent(Task, "task.completed").ShouldBe(DerivedId.OfEvent(Task, "task.completed"));
    }

    [Fact]
    public void Another_type_or_another_task_is_another_event()
    {
        var other = new Guid("0198c7d2-1f00-7abc-8def-0123456789ac");

        Guid[] ids =
            [DerivedId.OfEvent(Task, "task.completed"), DerivedId.OfEvent(Task, "task.failed"), DerivedId.OfEvent(other, "task.completed")];

        ids.Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void It_has_the_task_s_timestamp_and_the_shape_of_its_kind()
    {
        var id = DerivedId.OfEvent(Task, "task.timed_out");

        id.ToString()[..13].ShouldBe(Task.ToString()[..13]);
        id.Version.ShouldBe(7);
        (id.Variant & 0xC).ShouldBe(0x8);
    }
}

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

    [Fact]
    public void An_upstream_key_s_state_has_one_id_for_each_client_and_each_beginning()
    {
        var since = new DateTimeOffset(2026, 11, 20, 9, 10, 11, 123, TimeSpan.Zero);
        var other = new Guid("0198c7d2-1f00-7abc-8def-0123456789ac");

        Guid[] ids =
        [
            DerivedId.OfKeyEvent(Task, other, "upstream_key.rejected", since),
            DerivedId.OfKeyEvent(Task, other, "upstream_key.restored", since),
            DerivedId.OfKeyEvent(Task, other, "upstream_key.rejected", since.AddMicroseconds(1)),
            DerivedId.OfKeyEvent(Task, Task, "upstream_key.rejected", since),
            DerivedId.OfKeyEvent(other, other, "upstream_key.rejected", since),
        ];

        ids.Distinct().Count().ShouldBe(5);
        ids[0].ShouldBe(DerivedId.OfKeyEvent(Task, other, "upstream_key.rejected", since.AddTicks(9).ToOffset(TimeSpan.FromHours(8))));
        Convert.ToInt64(ids[0].ToString("n")[..12], 16).ShouldBe(since.ToUnixTimeMilliseconds());
        ids[0].Version.ShouldBe(7);
        // Written down for the same reason as above.
        ids[0].ShouldBe(new Guid("01a1f838-71b3-764d-b37f-631ec5afd797"));
    }
}

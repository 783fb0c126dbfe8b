using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class TypeIdTests
{
    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000", "tsk_00000000000000000000000000")]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff", "tsk_7zzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("01889c89-df6b-7f1c-a388-91396ec314bc", "tsk_01h2e8kqvbfwea724h75qc655w")] // The vector of the TypeID specification.
    public void An_id_is_its_prefix_and_26_characters(string id, string text)
    {
        TypeId.Format(TypeId.Task, Guid.Parse(id)).ShouldBe(text);
        TypeId.TryParse(TypeId.Task, text, out var read).ShouldBeTrue();
        read.ShouldBe(Guid.Parse(id));
    }

    [Fact]
    public void What_is_written_is_read_and_sorts_as_the_id_does()
    {
        var random = new Random(11);
        var bytes = new byte[16];
        var ids = new List<(string Text, Guid Id)>();
        for (var i = 0; i < 2_000; i++)
        {
            random.NextBytes(bytes);
            var id = new Guid(bytes, bigEndian: true);
            var text = TypeId.Format(TypeId.Delivery, id);
            TypeId.TryParse(TypeId.Delivery, text, out var read).ShouldBeTrue();
            read.ShouldBe(id);
            ids.Add((text, id));
        }

        ids.OrderBy(id => id.Text, StringComparer.Ordinal).Select(id => id.Id).ShouldBe(ids.OrderBy(id => id.Id).Select(id => id.Id));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tsk")]
    [InlineData("tsk_")]
    [InlineData("evt_01h2e8kqvbfwea724h75qc655w")]
    [InlineData("TSK_01h2e8kqvbfwea724h75qc655w")]
    [InlineData("tsk-01h2e8kqvbfwea724h75qc655w")]
    [InlineData("tsk_01H2E8KQVBFWEA724H75QC655W")]
    [InlineData("tsk_01h2e8kqvbfwea724h75qc655")]
    [InlineData("tsk_01h2e8kqvbfwea724h75qc655ww")]
    [InlineData("tsk_81h2e8kqvbfwea724h75qc655w")] // More than 128 bits.
    [InlineData("tsk_01h2e8kqvbfwea724h75qc655i")] // A letter that Crockford left out.
    [InlineData("tsk_01h2e8kqvbfwea724h75qc655\u0000")]
    [InlineData("tsk_０1h2e8kqvbfwea724h75qc655w")]
    public void Any_other_text_is_no_id(string? text)
    {
        TypeId.TryParse(TypeId.Task, text, out var id).ShouldBeFalse();
        id.ShouldBe(Guid.Empty);
    }
}

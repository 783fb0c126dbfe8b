using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

public class UpstreamReplyTests
{
    [Fact]
    public void OneOfEach_IsWhole_SoThatSwitchesOverItAreShownToBe()
    {
        var kinds = typeof(UpstreamReply).GetNestedTypes(System.Reflection.BindingFlags.NonPublic).Where(type => !type.IsAbstract);

        UpstreamReplies.OneOfEach.Select(reply => reply.GetType()).ShouldBe(kinds, ignoreOrder: true);
    }

    [Fact]
    public void Reply_OfEveryKind_IsTellableFromTheOthers() =>
        UpstreamReplies.OneOfEach.Select(reply => reply.Line()).ShouldBeUnique();
}

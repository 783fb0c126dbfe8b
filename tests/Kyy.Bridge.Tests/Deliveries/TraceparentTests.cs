using System.Diagnostics;
using Kyy.Bridge.Deliveries;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class TraceparentTests
{
    [Fact]
    public void It_is_read_back_and_each_attempt_has_a_span_of_its_own()
    {
        var (one, other) = (Context(), Context());

        one.SpanId.ShouldNotBe(other.SpanId);
        one.TraceId.ShouldNotBe(other.TraceId);
        one.TraceFlags.ShouldBe(ActivityTraceFlags.None);
    }

    [Fact]
    public void Under_a_trace_it_is_part_of_it()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        var context = Context();

        context.TraceId.ShouldBe(activity.TraceId);
        context.SpanId.ShouldNotBe(activity.SpanId);
    }

    private static ActivityContext Context()
    {
        ActivityContext.TryParse(Traceparent.Next(), null, out var context).ShouldBeTrue();
        return context;
    }
}

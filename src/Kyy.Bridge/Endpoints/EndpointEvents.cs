using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tasks;

namespace Kyy.Bridge.Endpoints;

/// <summary>The events that an endpoint can listen for.</summary>
internal static class EndpointEvents
{
    /// <summary>The ends: what an endpoint gets that asks for nothing in particular.</summary>
    public static readonly string[] Default = CallbackEvents.Ends;

    /// <summary>All types that there are.</summary>
    public static readonly string[] All =
    [
        EventTypes.TaskQueued, EventTypes.TaskProcessing, .. CallbackEvents.Ends, EventTypes.TaskArchived, EventTypes.TaskResultRefreshed,
        EventTypes.EndpointPing, EventTypes.EndpointDisabled, EventTypes.UpstreamKeyRejected, EventTypes.UpstreamKeyRestored,
    ];
}

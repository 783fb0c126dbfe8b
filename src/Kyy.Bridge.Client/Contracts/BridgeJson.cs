using System.Text.Encodings.Web;
using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>
/// The JSON of the public surface: <c>snake_case</c>, times by one converter, members that are null written, members that are
/// not known passed over; what the surface promises is insisted on, so that no null turns up where the types have none.
/// Read and write with <see cref="Wire"/>.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(UtcTime)])]
[JsonSerializable(typeof(TaskRegistration))]
[JsonSerializable(typeof(BatchRegistration))]
[JsonSerializable(typeof(BatchResult))]
[JsonSerializable(typeof(BridgeTask))]
[JsonSerializable(typeof(Page<BridgeTask>))]
[JsonSerializable(typeof(PollAccepted))]
[JsonSerializable(typeof(TaskStop))]
[JsonSerializable(typeof(StopResult))]
[JsonSerializable(typeof(TaskTimeline))]
[JsonSerializable(typeof(Attention))]
[JsonSerializable(typeof(WebhookEvent))]
[JsonSerializable(typeof(TaskEventData))]
[JsonSerializable(typeof(FeedEvent))]
[JsonSerializable(typeof(FeedPage))]
[JsonSerializable(typeof(BridgeDelivery))]
[JsonSerializable(typeof(Page<BridgeDelivery>))]
[JsonSerializable(typeof(BulkRedelivery))]
[JsonSerializable(typeof(ReplayAccepted))]
[JsonSerializable(typeof(BridgeReplay))]
[JsonSerializable(typeof(Page<BridgeReplay>))]
[JsonSerializable(typeof(SecretRotation))]
[JsonSerializable(typeof(SigningSecret))]
[JsonSerializable(typeof(ClientRegistration))]
[JsonSerializable(typeof(ClientCreated))]
[JsonSerializable(typeof(ClientView))]
[JsonSerializable(typeof(Page<ClientView>))]
[JsonSerializable(typeof(ApiKeyRegistration))]
[JsonSerializable(typeof(ApiKeyCreated))]
[JsonSerializable(typeof(ApiKeyView))]
[JsonSerializable(typeof(Page<ApiKeyView>))]
[JsonSerializable(typeof(UpstreamKeySetting))]
[JsonSerializable(typeof(UpstreamKeyView))]
[JsonSerializable(typeof(Page<UpstreamKeyView>))]
[JsonSerializable(typeof(UpstreamKeyEventData))]
[JsonSerializable(typeof(EndpointEventData))]
[JsonSerializable(typeof(EndpointRegistration))]
[JsonSerializable(typeof(EndpointChange))]
[JsonSerializable(typeof(EndpointCreated))]
[JsonSerializable(typeof(EndpointView))]
[JsonSerializable(typeof(Page<EndpointView>))]
[JsonSerializable(typeof(EndpointTest))]
[JsonSerializable(typeof(EndpointEnabling))]
[JsonSerializable(typeof(ReplayRequest))]
[JsonSerializable(typeof(ReplayAccepted))]
[JsonSerializable(typeof(BridgeDeliveryAttempt))]
[JsonSerializable(typeof(BridgeStats))]
[JsonSerializable(typeof(Me))]
[JsonSerializable(typeof(HoldRequest))]
[JsonSerializable(typeof(HoldsInForce))]
[JsonSerializable(typeof(Problem))]
public sealed partial class BridgeJson : JsonSerializerContext
{
    // In a constructor, because an initialiser here could run before that of Default in the generated part.
    static BridgeJson()
    {
        // The default encoder writes & as \u0026, so that a link copied out of an answer is broken, and a Chinese sentence at
        // twice its length. It guards JSON that is pasted into HTML, which is not what this is for.
        Wire = new(new(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Requests = new(new(Wire.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull });
    }

    /// <summary>What answers and webhooks are written and read with.</summary>
    public static BridgeJson Wire { get; }

    /// <summary>What requests are written with: a member that was not set is not sent, so that the service's default applies.</summary>
    internal static BridgeJson Requests { get; }
}

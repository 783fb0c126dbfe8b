using System.Text.Json;
using System.Text.Json.Serialization;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>
/// One way to misbehave: a description, as data, that turns what was asked and what would be answered into what goes over the wire.
/// The set is closed; its words are those of the control routes and of scenario files.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fault")]
[JsonDerivedType(typeof(ThrottleFault), "throttle")]
[JsonDerivedType(typeof(StatusFault), "status")]
[JsonDerivedType(typeof(HtmlFault), "html")]
[JsonDerivedType(typeof(TruncatedFault), "truncated")]
[JsonDerivedType(typeof(EmptyFault), "empty")]
[JsonDerivedType(typeof(JsonValueFault), "json_value")]
[JsonDerivedType(typeof(StatusWordFault), "status_word")]
[JsonDerivedType(typeof(StatusesFault), "statuses")]
[JsonDerivedType(typeof(VideoUrlFault), "video_url")]
[JsonDerivedType(typeof(ActualDurationFault), "actual_duration")]
[JsonDerivedType(typeof(ErrorTextFault), "error_text")]
[JsonDerivedType(typeof(IdentityFault), "identity")]
[JsonDerivedType(typeof(HugeFault), "huge")]
[JsonDerivedType(typeof(DripFault), "drip")]
[JsonDerivedType(typeof(StallFault), "stall")]
[JsonDerivedType(typeof(EncodingFault), "encoding")]
[JsonDerivedType(typeof(RedirectFault), "redirect")]
[JsonDerivedType(typeof(ResetFault), "reset")]
[JsonDerivedType(typeof(CloseFault), "close")]
[JsonDerivedType(typeof(HttpOddityFault), "http_oddity")]
[JsonDerivedType(typeof(KeyRefusedFault), "key_refused")]
[JsonDerivedType(typeof(NotFoundFault), "not_found")]
[JsonDerivedType(typeof(NoRouteFault), "no_route")]
[JsonDerivedType(typeof(ExpiredLinkFault), "expired_link")]
[JsonDerivedType(typeof(EnvelopeFault), "envelope")]
[JsonDerivedType(typeof(OddJsonFault), "odd_json")]
[JsonDerivedType(typeof(CreatedFault), "created")]
[JsonDerivedType(typeof(StaleReplicaFault), "stale_replica")]
[JsonDerivedType(typeof(DateSkewFault), "date_skew")]
internal abstract record Fault
{
    /// <summary>As on the wire.</summary>
    [JsonIgnore]
    public string Word => FaultWords.Of(GetType());

    /// <summary>Whether it meets connections as they are opened, before anything is asked.</summary>
    [JsonIgnore]
    public virtual bool AtAccept => false;

    /// <summary>Any value, as the faults that put one into an answer take it.</summary>
    public static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    /// <summary>What goes over the wire.</summary>
    public abstract IAnswer Of(Asked asked);

    /// <exception cref="ArgumentException">It cannot be done as described.</exception>
    public virtual void Check()
    {
    }
}

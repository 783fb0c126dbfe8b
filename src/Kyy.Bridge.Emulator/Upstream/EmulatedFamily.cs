using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>
/// What one of the five documented families looks like from outside, as data. Of its own, not taken from the service's catalogue:
/// an emulator that shared the service's numbers could not find out that they are wrong.
/// </summary>
[JsonConverter(typeof(ByName))]
internal sealed record EmulatedFamily
{
    private const string Digits = "0123456789";
    private const string LettersAndDigits = "abcdefghijklmnopqrstuvwxyz" + Digits;

    /// <summary>The documents' "a few minutes" (S1, S4), and nothing at all (S0), made a number of our own.</summary>
    private static readonly DurationRange AFewMinutes = DurationRange.Minutes(2, 5);

    /// <summary>S0, 000_535d1a603d9c0ba1.txt.</summary>
    public static readonly EmulatedFamily StarVideos = new()
    {
        Name = "starvideos",
        Model = "starvideos_v3",
        IdPrefix = "video_starvideos_",
        IdCharacters = Digits,
        IdLength = 10,
        ActualDuration = "5",
        Error = "The render could not be finished for this prompt.",
    };

    /// <summary>S1, 001_f19c763588da7aba.txt.</summary>
    public static readonly EmulatedFamily Videos = new()
    {
        Name = "videos",
        Model = "videos",
        IdPrefix = "proj_",
        IdCharacters = Digits,
        IdLength = 10,
        ActualDuration = "8.0",
        Error = "The render was refused: a reference clip has an unsupported resolution.",
    };

    /// <summary>S2, 002_15ca3debac9c3975.txt: 720p in 2 to 5 minutes, 1080p in 3 to 8.</summary>
    public static readonly EmulatedFamily Seedance15 = new()
    {
        Name = "seedance15",
        Model = "seedance_1_5_pro_720p",
        IdPrefix = "video_",
        IdCharacters = LettersAndDigits,
        IdLength = 12,
        ActualDuration = "5.0",
        Error = "The render was refused: the prompt was judged to break content rules.",
        CanBeCancelled = true,
        HasFlex = true,
        DurationOf = model => model.EndsWith("1080p", StringComparison.Ordinal) ? DurationRange.Minutes(3, 8) : DurationRange.Minutes(2, 5),
    };

    /// <summary>S3, 003_4ba0cad9aa1e09ed.txt: typically 2 to 5 minutes, and a fixed 8 s of video.</summary>
    public static readonly EmulatedFamily Veo = new()
    {
        Name = "veo",
        Model = "veo_3_1_fast",
        IdPrefix = "vgen_",
        IdCharacters = LettersAndDigits,
        IdLength = 12,
        ActualDuration = "8.0",
        Error = "The render was refused: the prompt was judged to break content rules.",
        DurationOf = _ => DurationRange.Minutes(2, 5),
    };

    /// <summary>S4, 004_963ba302c249a786.txt.</summary>
    public static readonly EmulatedFamily Sd2Manxue = new()
    {
        Name = "sd2manxue",
        Model = "sd2_manxue_1080p",
        IdPrefix = "video_sd2manxue_",
        IdCharacters = Digits,
        IdLength = 10,
        ActualDuration = "8.0",
        Error = "The render was refused: the reference clip runs longer than allowed.",
    };

    public static readonly ImmutableArray<EmulatedFamily> All = [StarVideos, Videos, Seedance15, Veo, Sd2Manxue];

    public required string Name { get; init; }

    /// <summary>The model of a task that names none.</summary>
    public required string Model { get; init; }

    public required string IdPrefix { get; init; }

    public required string IdCharacters { get; init; }

    public required int IdLength { get; init; }

    /// <summary>The number as the upstream writes it: <c>5</c>, <c>5.0</c> and <c>8.0</c> all occur, and a reader has to take each.</summary>
    public required string ActualDuration { get; init; }

    /// <summary>The sentence of a failed task.</summary>
    public required string Error { get; init; }

    public bool CanBeCancelled { get; init; }

    public bool HasFlex { get; init; }

    /// <summary>From creation to the end, for a model.</summary>
    public Func<string, DurationRange> DurationOf { get; init; } = _ => AFewMinutes;

    /// <summary>
    /// An id that looks like the family's. Not from the emulator's seed: one that is started again must not hand out the ids of its
    /// last run, which the bridge still remembers.
    /// </summary>
    public string NewId() => IdPrefix + RandomNumberGenerator.GetString(IdCharacters, IdLength);

    public override string ToString() => Name;

    internal sealed class ByName : JsonConverter<EmulatedFamily>
    {
        public override EmulatedFamily Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return All.FirstOrDefault(family => family.Name == name)
                ?? throw new JsonException($"'family' is one of {string.Join(", ", All)}.");
        }

        public override void Write(Utf8JsonWriter writer, EmulatedFamily value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Name);
    }
}

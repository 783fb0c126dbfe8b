namespace Kyy.Bridge.Client.Contracts;

/// <summary>The upstream's model families that this version knows; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class Families
{
    /// <summary>StarVideos.</summary>
    public const string StarVideos = "starvideos";

    /// <summary>Videos.</summary>
    public const string Videos = "videos";

    /// <summary>Seedance 1.5, the one family with <see cref="ServiceTiers.Flex"/>.</summary>
    public const string Seedance15 = "seedance15";

    /// <summary>VEO.</summary>
    public const string Veo = "veo";

    /// <summary>Sd2 Manxue.</summary>
    public const string Sd2Manxue = "sd2manxue";

    /// <summary>A model that belongs to none of the others. It is told, never asked for.</summary>
    public const string Default = "default";
}

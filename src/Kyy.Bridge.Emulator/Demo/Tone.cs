namespace Kyy.Bridge.Emulator.Demo;

/// <summary>What a piece of text stands for; a terminal with colours shows it.</summary>
internal enum Tone
{
    Plain,
    Quiet,
    Busy,
    Good,
    Odd,
    Bad,
}

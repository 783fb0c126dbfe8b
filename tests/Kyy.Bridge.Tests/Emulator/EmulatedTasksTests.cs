using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class EmulatedTasksTests
{
    private readonly EmulatedTasks _tasks = Make(new());

    [Theory]
    [InlineData("starvideos", "^video_starvideos_[0-9]{10}$", "starvideos_v3")]
    [InlineData("videos", "^proj_[0-9]{10}$", "videos")]
    [InlineData("seedance15", "^video_[a-z0-9]{12}$", "seedance_1_5_pro_720p")]
    [InlineData("veo", "^vgen_[a-z0-9]{12}$", "veo_3_1_fast")]
    [InlineData("sd2manxue", "^video_sd2manxue_[0-9]{10}$", "sd2_manxue_1080p")]
    public void Create_WithNothingButAFamily_LooksLikeTheFamilys(string family, string id, string model)
    {
        var task = _tasks.Create(new() { Family = Family(family) });

        task.Id.ShouldMatch(id);
        task.Model.ShouldBe(model);
    }

    [Theory]
    [InlineData("seedance15", "seedance_1_5_pro_720p", 2, 5)]
    [InlineData("seedance15", "seedance_1_5_pro_1080p", 3, 8)]
    [InlineData("veo", "veo_3_1_fast", 2, 5)]
    public void Create_DrawsDurationsFromTheDocumentedRange_Scaled(string family, string model, int shortest, int longest)
    {
        var tasks = Make(new() { TimeScale = 0.01 });

        var drawn = Enumerable.Range(0, 500).Select(_ => TotalOf(tasks.Create(new() { Family = Family(family), Model = model }))).ToList();

        var range = (longest - shortest) * TimeSpan.FromSeconds(0.6);
        drawn.Min().ShouldBeInRange(shortest * TimeSpan.FromSeconds(0.6), (shortest * TimeSpan.FromSeconds(0.6)) + (range / 10));
        drawn.Max().ShouldBeInRange((longest * TimeSpan.FromSeconds(0.6)) - (range / 10), longest * TimeSpan.FromSeconds(0.6));
    }

    [Fact]
    public void Create_SameSeed_DrawsTheSameDurations_ButNeverTheSameIds()
    {
        var (one, other) = (Make(new() { Seed = 7 }), Make(new() { Seed = 7 }));
        var wanted = new NewTask { Family = EmulatedFamily.Veo };

        var first = Enumerable.Range(0, 20).Select(_ => one.Create(wanted)).ToList();
        var second = Enumerable.Range(0, 20).Select(_ => other.Create(wanted)).ToList();

        first.Select(task => task.Script).ShouldBe(second.Select(task => task.Script));
        first.Select(task => task.Id).Intersect(second.Select(task => task.Id)).ShouldBeEmpty();
    }

    [Fact]
    public void Create_WhatTheFamilyDoesNotDocument_IsRefused()
    {
        _tasks.Create(new() { Family = EmulatedFamily.Seedance15, Ending = EmulatedStatus.Cancelled, Tier = ServiceTier.Flex });

        foreach (var family in EmulatedFamily.All.Except([EmulatedFamily.Seedance15]))
        {
            Should.Throw<ArgumentException>(() => _tasks.Create(new() { Family = family, Ending = EmulatedStatus.Cancelled }));
            Should.Throw<ArgumentException>(() => _tasks.Create(new() { Family = family, Tier = ServiceTier.Flex }));
        }
    }

    [Fact]
    public void Create_ATakenId_IsRefused()
    {
        _tasks.Create(new() { Family = EmulatedFamily.Veo, Id = "vgen_1" });

        Should.Throw<ArgumentException>(() => _tasks.Create(new() { Family = EmulatedFamily.Videos, Id = "vgen_1" }));
    }

    private static EmulatedTasks Make(EmulatorOptions options) => new(options, new MonotonicClock(new ManualTime()));

    private static EmulatedFamily Family(string name) => EmulatedFamily.All.Single(family => family.Name == name);

    private static TimeSpan TotalOf(EmulatedTask task) => task.Script is TimedScript script ? script.QueuedFor + script.ProcessingFor : TimeSpan.Zero;
}

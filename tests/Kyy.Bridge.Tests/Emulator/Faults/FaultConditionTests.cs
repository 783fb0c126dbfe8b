using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;

namespace Kyy.Bridge.Tests.Emulator.Faults;

public sealed class FaultConditionTests
{
    private static readonly Fault Any = new StatusFault { Code = 500 };

    [Theory]
    [InlineData("*", "anything", true)]
    [InlineData("vgen_1", "vgen_1", true)]
    [InlineData("vgen_1", "vgen_12", false)]
    [InlineData("vgen_*", "vgen_12", true)]
    [InlineData("vgen_*", "xvgen_12", false)]
    [InlineData("*_1", "vgen_1", true)]
    [InlineData("*_1", "vgen_12", false)]
    [InlineData("a*b*c", "abc", true)]
    [InlineData("a*b*c", "a--b--c", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("ab*ba", "aba", false)]
    [InlineData("a.c", "abc", false)]
    public void Id_IsExact_OrAPattern(string pattern, string id, bool matches) => IdPattern.Matches(pattern, id).ShouldBe(matches);

    [Theory]
    [InlineData(1, null, 1, "1111111")]
    [InlineData(3, null, 1, "0011111")]
    [InlineData(2, 4, 1, "0111000")]
    [InlineData(1, null, 3, "1001001")]
    [InlineData(2, 6, 2, "0101010")]
    public async Task Polls_AreCountedForEachId(int from, int? to, int every, string expected)
    {
        await using var emulator = await FaultFixture.StartAsync(new FaultRule { Does = Any, FromPoll = from, ToPoll = to, Every = every });
        emulator.Server.Tasks.Create(new() { Family = EmulatedFamily.Videos, Id = "other", Statuses = [EmulatedStatus.Queued] });

        (await PatternAsync(emulator, FaultFixture.Id, 7)).ShouldBe(expected);
        (await PatternAsync(emulator, "other", 7)).ShouldBe(expected);
    }

    [Fact]
    public async Task Calls_AreCountedForEachKey_WhateverTheIds()
    {
        await using var emulator = await FaultFixture.StartAsync(new FaultRule { Does = new KeyRefusedFault(), FromCall = 3, ToCall = 4 });

        string[] answers = [await emulator.StatusOfAsync("a"), await emulator.StatusOfAsync("b"), await emulator.StatusOfAsync("c"),
            await emulator.StatusOfAsync("a"), await emulator.StatusOfAsync("b")];

        answers.ShouldBe(["404", "404", "401", "401", "404"]);
        emulator.Server.PollsOf("c").ShouldHaveSingleItem().Violations.ShouldBe(Violation.None);
    }

    [Fact]
    public async Task Key_IsTheOneNamed()
    {
        await using var emulator = await FaultFixture.StartAsync(new FaultRule { Does = Any, Key = "another" });

        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("processing");
        emulator.Server.Accept("another");
        emulator.Client.DefaultRequestHeaders.Authorization = new("Bearer", "another");
        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("500");
    }

    [Fact]
    public async Task FamilyAndTier_AreTheTasks()
    {
        var seedance = EmulatedFamily.Seedance15;
        await using var emulator = await FaultFixture.StartAsync(new FaultRule { Does = Any, Family = seedance, Tier = ServiceTier.Flex });
        foreach (var tier in Enum.GetValues<ServiceTier>())
            emulator.Server.Tasks.Create(new() { Family = seedance, Tier = tier, Id = $"{tier}", Statuses = [EmulatedStatus.Queued] });

        (await emulator.StatusOfAsync("Flex")).ShouldBe("500");
        (await emulator.StatusOfAsync("Default")).ShouldBe("queued");
        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("processing");
        (await emulator.StatusOfAsync("unknown")).ShouldBe("404");
    }

    [Fact]
    public async Task Window_CountsFromWhenTheRuleWasAdded_Scaled()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new() { TimeScale = 0.1 });
        emulator.Time.Advance(TimeSpan.FromHours(1));
        emulator.Server.Faults.Add(new FaultRule { Does = Any, From = TimeSpan.FromSeconds(100), For = TimeSpan.FromSeconds(50) });

        emulator.Time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        (await emulator.StatusOfAsync("a")).ShouldBe("404");
        emulator.Time.Advance(TimeSpan.FromTicks(1));
        (await emulator.StatusOfAsync("a")).ShouldBe("500");
        emulator.Time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        (await emulator.StatusOfAsync("a")).ShouldBe("500");
        emulator.Time.Advance(TimeSpan.FromTicks(1));
        (await emulator.StatusOfAsync("a")).ShouldBe("404");
    }

    [Fact]
    public async Task Age_IsTheTasks()
    {
        await using var emulator = await FaultFixture.StartAsync(
            new FaultRule { Does = new NotFoundFault(), YoungerThan = TimeSpan.FromSeconds(10) });
        emulator.Server.Faults.Add(new FaultRule { Does = Any, OlderThan = TimeSpan.FromSeconds(20) });

        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("404");
        emulator.Time.Advance(TimeSpan.FromSeconds(10));
        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("processing");
        emulator.Time.Advance(TimeSpan.FromSeconds(10));
        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("500");
    }

    [Fact]
    public async Task Chance_IsTheSameForTheSameSeed_AndAboutAsLikelyAsSaid()
    {
        var once = await ByChanceAsync(seed: 7);
        var again = await ByChanceAsync(seed: 7);
        var other = await ByChanceAsync(seed: 8);

        again.ShouldBe(once);
        other.ShouldNotBe(once);
        once.Count(poll => poll == '1').ShouldBeInRange(40, 80);
    }

    [Fact]
    public void Chance_OfTwoRulesOfOneSeed_IsNotTheSame()
    {
        var both = Enumerable.Range(0, 10_000).Count(poll => Chances.Draw(1, 1, "a", poll) < 0.3 && Chances.Draw(1, 2, "a", poll) < 0.3);
        var one = Enumerable.Range(0, 10_000).Count(poll => Chances.Draw(1, 1, "a", poll) < 0.3);

        one.ShouldBeInRange(2800, 3200);
        both.ShouldBeInRange(750, 1050);
    }

    [Fact]
    public async Task TheFirstRuleThatHolds_Answers_UntilItIsRemoved()
    {
        await using var emulator = await FaultFixture.StartAsync((FaultRule?)null);
        var rules = emulator.Server.Faults;
        var first = rules.Add(new FaultRule { Does = new StatusFault { Code = 501 }, ToPoll = 1 });
        var second = rules.Add(new FaultRule { Does = new StatusFault { Code = 502 }, Name = "second" });
        rules.Add(new FaultRule { Does = new StatusFault { Code = 503 } });

        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("501");
        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("502");
        rules.Remove(second).ShouldBeTrue();
        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("503");
        rules.Clear();
        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("processing");
        rules.Remove(first).ShouldBeFalse();
    }

    [Fact]
    public async Task TheTestsOwnAnswer_GoesBeforeEveryRule()
    {
        await using var emulator = await FaultFixture.StartAsync(new FaultRule { Does = Any });
        emulator.Server.Answer(FaultFixture.Id, poll => poll == 1 ? new(418, "application/json", "{}"u8.ToArray()) : null);

        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("418");
        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("500");
    }

    private static async Task<string> ByChanceAsync(int seed)
    {
        await using var emulator = await FaultFixture.StartAsync(new FaultRule { Does = Any, Probability = 0.3, Seed = seed });
        return await PatternAsync(emulator, FaultFixture.Id, 200);
    }

    private static async Task<string> PatternAsync(EmulatorFixture emulator, string id, int polls)
    {
        var pattern = "";
        for (var i = 0; i < polls; i++) pattern += await emulator.StatusOfAsync(id) == "500" ? "1" : "0";
        return pattern;
    }
}

using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Tests.Configuration;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("Timeout", "timeout", 0)]
    [InlineData("Timout", "Timeout", 1)]
    [InlineData("Timeoutt", "Timeout", 1)]
    [InlineData("Timeaut", "Timeout", 1)]
    [InlineData("Tiemout", "Timeout", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_CountsInsertedDeletedReplacedAndSwappedLetters(string one, string other, int expected)
    {
        Suggestion.Distance(one, other).ShouldBe(expected);
        Suggestion.Distance(other, one).ShouldBe(expected);
    }

    [Fact]
    public void For_SeveralNear_IsTheNearest() => Suggestion.For("wroker", ["poker", "worker", "api"]).ShouldBe("worker");

    [Fact]
    public void For_NothingNear_IsNothing() => Suggestion.For("archive", ["worker", "api"]).ShouldBeNull();

    [Fact]
    public void For_NothingKnown_IsNothing() => Suggestion.For("archive", []).ShouldBeNull();
}

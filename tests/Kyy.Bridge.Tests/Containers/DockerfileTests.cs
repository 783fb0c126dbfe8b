using System.Text.RegularExpressions;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Containers;

public sealed partial class DockerfileTests
{
    [Fact]
    public void Version_IsTheAssemblies() =>
        Argument().Match(Repository.Read("Dockerfile")).Groups[1].Value
            .ShouldBe(Property().Match(Repository.Read("Directory.Build.props")).Groups[1].Value);

    [GeneratedRegex("(?m)^ARG VERSION=(.+)$")]
    private static partial Regex Argument();

    [GeneratedRegex("<Version>(.+)</Version>")]
    private static partial Regex Property();
}

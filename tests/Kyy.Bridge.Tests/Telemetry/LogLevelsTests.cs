using Kyy.Bridge.Configuration;
using Kyy.Bridge.Tests.Configuration;

namespace Kyy.Bridge.Tests.Telemetry;

public sealed class LogLevelsTests
{
    private const string Remedy = "Write one of Verbose, Debug, Information, Warning, Error, Fatal.";

    // What Microsoft.Extensions.Logging calls Trace, Critical and None are the likeliest slips.
    [Theory]
    [InlineData("Serilog:MinimumLevel", "Trace")]
    [InlineData("Serilog:MinimumLevel:Default", "Critical")]
    [InlineData("Serilog:MinimumLevel:Override:Kyy.Bridge.Polling", "None")]
    [InlineData("Serilog:MinimumLevel:Override:Microsoft", "")]
    public void Read_LevelThatThereIsNot_NamesKeyValueAndRemedy(string key, string level) =>
        Given.Production((key, level)).OnlyFault().ShouldBe(new ConfigurationFault(key, level, Remedy));

    [Fact]
    public void Read_LevelsInAnyCaseAndSwitches_AreFine() => Given.Production(
        ("Serilog:MinimumLevel:Default", "debug"),
        ("Serilog:MinimumLevel:ControlledBy", "$level"),
        ("Serilog:MinimumLevel:Override:Microsoft", "FATAL")).Accepted();
}

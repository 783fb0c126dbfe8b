using System.Globalization;
using Kyy.Bridge.Telemetry;
using Kyy.Bridge.Tests.Support;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Kyy.Bridge.Tests.Telemetry;

public sealed class TerminalTests
{
    private readonly CapturedLog _log = new(new MessageTemplateTextFormatter(Logs.Terminal, CultureInfo.InvariantCulture));

    [Fact]
    public void Line_HasTimeLevelCategoryAndMessage()
    {
        Write("Kyy.Bridge.Polling.Poller", LogEventLevel.Warning, null, "Lane {Lane} of {Family} is in trouble", 7, "veo");

        _log.Lines.ShouldHaveSingleItem().ShouldMatch(@"^\d\d:\d\d:\d\d\.\d{3} WRN Poller: Lane 7 of veo is in trouble\n$");
    }

    [Fact]
    public void Exception_StandsBelow()
    {
        Write("Kyy.Bridge", LogEventLevel.Fatal, new InvalidOperationException("broken"), "It ends");

        var lines = _log.Lines.ShouldHaveSingleItem().Split('\n');
        lines[0].ShouldEndWith(" FTL Bridge: It ends");
        lines[1].ShouldBe("System.InvalidOperationException: broken");
    }

    [Fact]
    public void Request_SaysWhose()
    {
        Write(RequestLine.Category, LogEventLevel.Information, null, "{RequestPath}, {ClientId:l}, {KeyId:l}", "/v1/tasks", "cli_1", "key_1");

        _log.Lines.ShouldHaveSingleItem().ShouldEndWith(" INF RequestLoggingMiddleware: /v1/tasks, cli_1, key_1 cli_1 key_1\n");
    }

    private void Write(string category, LogEventLevel level, Exception? fault, string message, params object[] values)
    {
        using var log = new LoggerConfiguration().Enrich.With<TerminalWords>().WriteTo.Sink(_log).CreateLogger();
        log.ForContext(Constants.SourceContextPropertyName, category).Write(level, fault, message, values);
    }
}

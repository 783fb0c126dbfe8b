using System.Net.Sockets;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Deliveries;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class AttemptErrorsTests
{
    [Theory]
    [InlineData(SocketError.HostNotFound, "Dns")]
    [InlineData(SocketError.TryAgain, "Dns")]
    [InlineData(SocketError.NoData, "Dns")]
    [InlineData(SocketError.ConnectionRefused, "Refused")]
    [InlineData(SocketError.HostUnreachable, "Refused")]
    [InlineData(SocketError.NetworkUnreachable, "Refused")]
    [InlineData(SocketError.TimedOut, "Timeout")]
    [InlineData(SocketError.ConnectionReset, "Reset")]
    public void A_connection_that_did_not_come_about_says_why(SocketError error, string word) =>
        Word(new HttpRequestException(HttpRequestError.ConnectionError, "no", new SocketException((int)error))).ShouldBe(word);

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "Dns")]
    [InlineData(HttpRequestError.SecureConnectionError, "Tls")]
    [InlineData(HttpRequestError.ResponseEnded, "Reset")]
    [InlineData(HttpRequestError.InvalidResponse, "Http")]
    [InlineData(HttpRequestError.HttpProtocolError, "Http")]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, "Http")] // Headers over the limit.
    public void The_framework_s_words_are_the_API_s(HttpRequestError error, string word)
    {
        Word(new HttpRequestException(error, "no")).ShouldBe(word);
        Word(new HttpIOException(error, "while reading the answer")).ShouldBe(word);
    }

    [Fact]
    public void A_connection_that_breaks_in_the_middle_is_a_reset()
    {
        var reset = new IOException("no", new SocketException((int)SocketError.ConnectionReset));

        Word(new HttpRequestException(HttpRequestError.Unknown, "no", reset)).ShouldBe("Reset");
        Word(new IOException("while reading the answer")).ShouldBe("Reset");
    }

    [Fact]
    public void The_guard_and_the_time_out_are_told_apart_from_the_network()
    {
        Word(new HttpRequestException(HttpRequestError.ConnectionError, "no", new DestinationRefusedException())).ShouldBe("Guard");
        Word(new OperationCanceledException()).ShouldBe("Timeout");
        Word(new TaskCanceledException()).ShouldBe("Timeout");
    }

    [Fact]
    public void A_defect_is_no_error_of_the_network()
    {
        AttemptErrors.Of(new InvalidOperationException()).ShouldBeNull();
        AttemptErrors.Of(new ArgumentException("no")).ShouldBeNull();
    }

    private static string? Word(Exception exception) => AttemptErrors.Of(exception)?.ToString();
}

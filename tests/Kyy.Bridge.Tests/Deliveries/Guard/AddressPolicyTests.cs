using System.Net;
using Kyy.Bridge.Deliveries.Guard;

namespace Kyy.Bridge.Tests.Deliveries.Guard;

public sealed class AddressPolicyTests
{
    private static readonly AddressPolicy Strict = new([]);

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("9.255.255.255")] // The neighbours of what is refused below.
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("126.255.255.255")]
    [InlineData("128.0.0.0")]
    [InlineData("169.253.255.255")]
    [InlineData("169.255.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.0.1.0")]
    [InlineData("192.0.3.0")]
    [InlineData("192.167.255.255")]
    [InlineData("192.169.0.0")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.0")]
    [InlineData("203.0.112.255")]
    [InlineData("203.0.114.0")]
    [InlineData("223.255.255.255")]
    [InlineData("2001:200::1")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2003::1")]
    [InlineData("2606:4700::1111")]
    [InlineData("2a00:1450:4001:81b::200e")]
    [InlineData("3ffe:ffff::1")]
    [InlineData("::ffff:8.8.8.8")] // Mapped: the IPv4 address is what is reached.
    [InlineData("64:ff9b::808:808")] // NAT64: the same.
    public void What_is_public_may_be_called(string address) => Strict.Allows(IPAddress.Parse(address)).ShouldBeTrue();

    [Theory]
    [InlineData("0.0.0.0")] // This host.
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")] // Private.
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.1")] // Carrier-grade NAT.
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")] // Loopback.
    [InlineData("127.255.255.254")]
    [InlineData("169.254.169.254")] // Link-local: the clouds' metadata.
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.8")]
    [InlineData("192.0.2.1")] // Documentation.
    [InlineData("192.31.196.1")]
    [InlineData("192.52.193.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.0.1")]
    [InlineData("192.168.255.255")]
    [InlineData("192.175.48.1")]
    [InlineData("198.18.0.1")] // Benchmarks.
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")] // Multicast.
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::7f00:1")] // The deprecated compatible form.
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:0:7f00:1")]
    [InlineData("64:ff9b::7f00:1")] // NAT64 of loopback.
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b::c0a8:1")]
    [InlineData("64:ff9b:1::1")] // NAT64 within a network.
    [InlineData("100::1")] // Discarded.
    [InlineData("2001::1")] // Teredo.
    [InlineData("2001:2::1")]
    [InlineData("2001:10::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")] // 6to4 of loopback.
    [InlineData("2002:808:808::1")]
    [InlineData("2620:4f:8000::1")]
    [InlineData("3fff::1")]
    [InlineData("4000::1")] // Not assigned.
    [InlineData("5f00::1")]
    [InlineData("fc00::1")] // Unique local.
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")] // Link-local.
    [InlineData("fe80::1%3")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")] // Multicast.
    [InlineData("ff0e::1")]
    public void What_is_not_public_may_not(string address) => Strict.Allows(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("64:ff9b::7f00:1", true)]
    [InlineData("127.0.1.1", false)]
    [InlineData("10.20.30.40", true)]
    [InlineData("10.20.31.40", false)]
    [InlineData("fd00:1::5", true)]
    [InlineData("fd00:2::5", false)]
    [InlineData("::1", false)]
    [InlineData("8.8.8.8", true)] // What is public stays allowed.
    public void The_operator_s_exceptions_are_as_wide_as_they_are_written(string address, bool allowed) =>
        new AddressPolicy([IPNetwork.Parse("127.0.0.1/32"), IPNetwork.Parse("10.20.30.0/24"), IPNetwork.Parse("fd00:1::/32")])
            .Allows(IPAddress.Parse(address)).ShouldBe(allowed);
}

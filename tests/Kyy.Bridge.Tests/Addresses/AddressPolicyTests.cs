using System.Buffers.Binary;
using System.Net;
using Kyy.Bridge.Addresses;

namespace Kyy.Bridge.Tests.Addresses;

public sealed class AddressPolicyTests
{
    private const int Samples = 20_000;

    private static readonly AddressPolicy Strict = new([]);

    public static TheoryData<string, bool, string> Table
    {
        get
        {
            var table = new TheoryData<string, bool, string>();
            foreach (var (address, isAllowed, name) in AddressTable.All) table.Add(address, isAllowed, name);
            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Every_address_is_allowed_or_refused_for_what_it_is(string address, bool isAllowed, string name) =>
        Strict.Allows(IPAddress.Parse(address)).ShouldBe(isAllowed, name);

    [Fact]
    public void The_table_is_long_enough_and_names_nothing_twice()
    {
        var addresses = AddressTable.All.Select(row => IPAddress.Parse(row.Address)).ToArray();

        addresses.Length.ShouldBeGreaterThanOrEqualTo(120);
        addresses.ShouldBeUnique();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_random_IPv4_address_is_judged_otherwise_than_by_its_number(int seed) => Compare(seed, AddressOracle.EdgesV4, number =>
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)number);
        return new(bytes);
    });

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void No_random_IPv6_address_is_judged_otherwise_than_by_its_number(int seed) => Compare(seed, AddressOracle.EdgesV6, number =>
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new(bytes);
    });

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("64:ff9b::127.0.0.1", true)]
    [InlineData("127.0.1.1", false)]
    [InlineData("10.20.30.40", true)]
    [InlineData("10.20.31.40", false)]
    [InlineData("fd00:1::5", true)]
    [InlineData("fd00:2::5", false)]
    [InlineData("::1", false)]
    [InlineData("8.8.8.8", true)] // What is public stays allowed.
    [InlineData("2002:a14:1e28::1", false)] // The way into the tunnel is not allowed.
    [InlineData("64:ff9b:1::10.20.30.40", true)] // The way is, and where it leads to as well.
    [InlineData("64:ff9b:1::10.20.31.40", false)] // The way is, and where it leads to is not.
    [InlineData("fd00:1::5efe:10.20.31.40", false)]
    [InlineData("fd00:1::5efe:10.20.30.40", true)]
    public void The_operator_s_exceptions_are_as_wide_as_they_are_written(string address, bool allowed) =>
        new AddressPolicy([
            IPNetwork.Parse("127.0.0.1/32"), IPNetwork.Parse("10.20.30.0/24"), IPNetwork.Parse("fd00:1::/32"), IPNetwork.Parse("64:ff9b:1::/48")])
            .Allows(IPAddress.Parse(address)).ShouldBe(allowed);

    [Theory]
    [InlineData("::1", true)] // It is no address of IPv4, though its last four bytes look like one.
    [InlineData("::", false)]
    [InlineData("::127.0.0.1", false)]
    public void Loopback_of_IPv6_can_be_allowed_alone(string address, bool allowed) =>
        new AddressPolicy([IPNetwork.Parse("::1/128")]).Allows(IPAddress.Parse(address)).ShouldBe(allowed);

    // Half of them anywhere, half of them near an edge, where the mistakes are.
    private static void Compare(int seed, IEnumerable<UInt128> edges, Func<UInt128, IPAddress> read)
    {
        var (random, near, allowed) = (new Random(seed), edges.ToArray(), 0);
        for (var i = 0; i < Samples; i++)
        {
            var anywhere = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()) << random.Next(0, 3);
            var number = i % 2 == 0 ? anywhere : near[random.Next(near.Length)] + (UInt128)random.Next(0, 5) - 2 + (anywhere & 0xfcff_ffff) * (ulong)random.Next(0, 2);
            var address = read(number);
            Strict.Allows(address).ShouldBe(AddressOracle.Allows(address), address.ToString());
            if (AddressOracle.Allows(address)) allowed++;
        }

        // Otherwise it would say nothing.
        allowed.ShouldBeInRange(Samples / 20, Samples - Samples / 20);
    }
}

using System.Net;
using System.Net.Sockets;
using OrleansRegistry.Outbound;
using IPNetwork = System.Net.IPNetwork;

namespace OrleansRegistry.Tests.Outbound;

/// <summary>What the registry connects to where somebody else chose the URL (A2A 1.0, 13.2).</summary>
public sealed class OutboundAddressesTests
{
    private static readonly OutboundAddresses Public = new([]);

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("192.0.1.1")]
    [InlineData("168.63.129.17")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    public void Public_addresses_are_allowed(string address) => Assert.True(Public.Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.168.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%2")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void Others_are_not(string address) => Assert.False(Public.Allows(IPAddress.Parse(address)));

    [Fact]
    public void Networks_that_a_setting_names_are_allowed_beside_them()
    {
        var some = new OutboundAddresses([OutboundAddresses.Read("10.20.0.0/16")!.Value, OutboundAddresses.Read("127.0.0.1")!.Value]);
        Assert.True(some.Allows(IPAddress.Parse("10.20.1.2")));
        Assert.True(some.Allows(IPAddress.Parse("::ffff:10.20.1.2")));
        Assert.True(some.Allows(IPAddress.Parse("64:ff9b::10.20.1.2")));
        Assert.False(some.Allows(IPAddress.Parse("10.21.1.2")));
        Assert.False(some.Allows(IPAddress.Parse("127.0.0.2")));

        // The network of all NAT64 addresses opens none of the IPv4 addresses behind it.
        Assert.False(new OutboundAddresses([IPNetwork.Parse("64:ff9b::/96")]).Allows(IPAddress.Parse("64:ff9b::127.0.0.1")));
    }

    [Theory]
    [InlineData("10")]
    [InlineData("10.0.0.0/33")]
    [InlineData("localhost")]
    [InlineData("")]
    public void What_is_no_network_is_not_read(string text) => Assert.Null(OutboundAddresses.Read(text));

    [Theory]
    [InlineData("http://127.0.0.1/", true)]
    [InlineData("http://2130706433/", true)]
    [InlineData("http://0x7f.1/", true)]
    [InlineData("http://[::1]:8080/", true)]
    [InlineData("http://[::ffff:10.0.0.1]/", true)]
    [InlineData("https://8.8.8.8/", false)]
    [InlineData("https://localhost/", false)]
    public void An_address_in_a_URL_is_judged_however_it_is_spelt(string url, bool isRefused) =>
        Assert.Equal(isRefused, Public.Refuses(new Uri(url)));

    [Fact]
    public async Task A_connection_goes_to_the_address_that_was_checked()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var guarded = Client(Public, IPAddress.Loopback, IPAddress.Parse("10.0.0.1"));
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => guarded.GetAsync(new Uri($"http://rebound.example:{port}/")));
        Assert.IsType<AddressRefusedException>(refused.InnerException);
        Assert.False(listener.Pending());

        using var allowed = Client(new OutboundAddresses([IPNetwork.Parse("127.0.0.0/8")]), IPAddress.Parse("10.0.0.1"), IPAddress.Loopback);
        var call = allowed.GetAsync(new Uri($"http://rebound.example:{port}/"), TestContext.Current.CancellationToken);
        using var accepted = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await accepted.SendAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray());
        Assert.Equal(HttpStatusCode.NoContent, (await call).StatusCode);
    }

    [Fact]
    public async Task A_name_without_an_address_is_not_found()
    {
        using var client = Client(Public);
        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("http://nowhere.example/")));
        Assert.Equal(SocketError.HostNotFound, Assert.IsType<SocketException>(fault.InnerException).SocketErrorCode);
    }

    private static HttpClient Client(OutboundAddresses addresses, params IPAddress[] found) =>
        GuardedHttp.Create(addresses, connections: 1, TimeSpan.FromSeconds(5), (_, _) => Task.FromResult(found));
}

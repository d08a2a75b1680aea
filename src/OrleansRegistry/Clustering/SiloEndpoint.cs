using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace OrleansRegistry.Clustering;

/// <summary>Where the other silos of the cluster reach this one.</summary>
internal sealed record SiloEndpoint(IPAddress Address, int SiloPort, int GatewayPort)
{
    public const string Setting = "ORLEANS_ADVERTISED_ADDRESS";
    public const string Choices = "an IP address of this machine, or its host name";
    private const int DefaultSiloPort = 11_111;
    private const int DefaultGatewayPort = 30_000;

    /// <summary>As the options say. Ports that are not named are free ones on the loopback, else Orleans's usual ones.</summary>
    /// <exception cref="SettingException">There is no such address, or both ports are the same.</exception>
    public static SiloEndpoint Of(RegistryOptions options)
    {
        var address = options.Cluster.AdvertisedAddress is { } named ? Resolve(named) : Own();
        var (silo, gateway) = IPAddress.IsLoopback(address)
            ? (options.SiloPort, options.GatewayPort)
            : (options.SiloPort == 0 ? DefaultSiloPort : options.SiloPort, options.GatewayPort == 0 ? DefaultGatewayPort : options.GatewayPort);
        var ports = LoopbackPorts.Take(silo, gateway);
        return new SiloEndpoint(address, ports.First, ports.Second);
    }

    private static IPAddress Resolve(string named)
    {
        if (IPAddress.TryParse(named, out var address))
        {
            return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
                ? throw new SettingException($"{Setting} is {address}, which nobody can connect to; it can be {Choices}.")
                : address;
        }

        try
        {
            var found = Dns.GetHostAddresses(named);
            return found.FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw SettingException.Of(Setting, named, $"{Choices} (the name that it has now cannot be resolved)");
        }
    }

    private static IPAddress Own() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Select(one => one.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
        ?? throw new SettingException($"{Setting} is not set, and this machine has no address but the loopback: set it to the address under which "
            + "the other silos reach this one (127.0.0.1 where all are on this machine).");
}

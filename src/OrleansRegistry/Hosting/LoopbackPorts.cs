using System.Net;
using System.Net.Sockets;

namespace OrleansRegistry.Hosting;

/// <summary>Ports of this machine's loopback address.</summary>
internal static class LoopbackPorts
{
    /// <summary>The ports as named; in place of each 0, one that is free now.</summary>
    /// <exception cref="SettingException">Both name the same port: the silo would start and nobody could tell its two listeners apart.</exception>
    public static (int First, int Second) Take(int first, int second)
    {
        if (first != 0 && first == second)
        {
            throw new SettingException($"ORLEANS_SILO_PORT and ORLEANS_GATEWAY_PORT are both {first}; they must differ.");
        }

        using var one = Listen(first);
        using var two = Listen(second);
        return (PortOf(one, first), PortOf(two, second));
    }

    // Held open until both are known, so that they differ.
    private static TcpListener? Listen(int port)
    {
        if (port != 0)
        {
            return null;
        }

        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static int PortOf(TcpListener? listener, int named) => listener is null ? named : ((IPEndPoint)listener.LocalEndpoint).Port;
}

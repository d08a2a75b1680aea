using System.Net;
using System.Net.Sockets;

namespace OrleansRegistry.Server.Tests;

public sealed class SiloPortTests
{
    [Fact]
    public async Task A_silo_port_that_is_in_use_is_told_in_one_line()
    {
        using var folder = new DataFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (exitCode, output) = await ServerProcess.RunAsync(folder.Settings(("ORLEANS_SILO_PORT", $"{((IPEndPoint)taken.LocalEndpoint).Port}")));
        Assert.Equal(1, exitCode);
        Assert.Contains("The registry did not start. ORLEANS_SILO_PORT", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", output, StringComparison.Ordinal);
    }
}

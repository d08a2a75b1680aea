using System.Net;
using System.Net.Sockets;

namespace OrleansRegistry.Server.Tests;

public sealed class GrpcPortTests : IDisposable
{
    private readonly DataFolder folder = new();

    [Fact]
    public async Task Clear_text_HTTP_2_has_a_port_of_its_own_beside_the_others()
    {
        var port = FreePort();
        await using var server = await ServerProcess.StartAsync(folder.Settings(("A2A_GRPC_PORT", $"{port}")));
        Assert.DoesNotContain("Overriding address", server.Output, StringComparison.Ordinal);
        Assert.NotEqual(port, server.Http.BaseAddress!.Port);
        Assert.Equal(HttpVersion.Version11, (await server.Http.GetAsync("/health/ready")).Version);

        using var http2 = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/ready")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await http2.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(HttpVersion.Version20, answer.Version);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("http://127.0.0.1:8081")]
    [InlineData("127.0.0.1")]
    [InlineData("here:8081")]
    public async Task A_port_that_is_none_stops_the_start_with_its_name(string value)
    {
        var (exitCode, output) = await ServerStart.RunAsync(folder.Settings(("A2A_GRPC_PORT", value)));
        Assert.Equal(1, exitCode);
        Assert.Contains("The registry did not start. A2A_GRPC_PORT", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:{0}")]
    [InlineData("[::1]:{0}")]
    public async Task The_port_can_have_an_address(string value)
    {
        var port = FreePort();
        var text = string.Format(null, value, port);
        var (exitCode, output) = await ServerStart.RunAsync(folder.Settings(("A2A_GRPC_PORT", text)));
        Assert.True(exitCode == 0, output);
        Assert.Contains($"Now listening on: http://{text}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_port_is_beside_endpoints_that_are_configured_by_name()
    {
        var port = FreePort();
        var (exitCode, output) = await ServerStart.RunAsync(folder.Settings(
            ("A2A_GRPC_PORT", $"{port}"), ("Kestrel:Endpoints:Web:Url", "http://127.0.0.1:0"), ("Kestrel:Endpoints:Web:Protocols", "Http1")));
        Assert.True(exitCode == 0, output);
        Assert.Equal(2, output.Split("Now listening on: ").Length - 1);
        Assert.Contains($"Now listening on: http://127.0.0.1:{port}", output, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

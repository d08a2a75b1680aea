using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Tests.Clustering;

/// <summary>Who is a member of a cluster that speaks TLS, and who is not.</summary>
public sealed class ClusterTlsTests : IDisposable
{
    private readonly CertificateFolder folder = new();
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Members_know_one_another_by_their_authority()
    {
        var server = New(folder.Options("a", folder.Authority.Make("a.test")));
        Assert.True(await MeetAsync(server, Calling(New(folder.Options("b", folder.Authority.Make("b.test"))))));
    }

    [Fact]
    public async Task A_certificate_of_another_authority_an_expired_one_one_of_another_name_and_none_are_refused()
    {
        using var other = new CertificateMaker();
        var named = folder.Options("a", folder.Authority.Make("registry.test"));
        named.Name = "registry.test";
        var server = New(named);
        var alien = other.Make("registry.test");
        Assert.False(await MeetAsync(server, Calling(New(folder.Options("alien", alien)))));
        Assert.False(await MeetAsync(server, Calling(New(folder.Options("trusting", alien, folder.Authority.Pem + other.Pem)))));
        Assert.False(await MeetAsync(server, Calling(New(folder.Options("another", folder.Authority.Make("web.test"))))));
        Assert.True(await MeetAsync(server, Calling(New(folder.Options("right", folder.Authority.Make("registry.test"))))));

        using var expired = folder.Authority.Make("registry.test", days: -1);
        Assert.False(await MeetAsync(server, tls => Show(tls, expired)));
        Assert.False(await MeetAsync(server, tls => Show(tls, null)));
        using var right = folder.Authority.Make("registry.test");
        Assert.True(await MeetAsync(server, tls => Show(tls, right)));
    }

    [Theory]
    [InlineData(null, true, true)]
    [InlineData("1.3.6.1.5.5.7.3.1", false, true)]
    [InlineData("1.3.6.1.5.5.7.3.2", true, false)]
    public async Task A_certificate_that_is_for_one_thing_alone_counts_for_nothing_else(string? usage, bool asClient, bool asServer)
    {
        var usual = New(folder.Options("usual", folder.Authority.Make()));
        var other = New(folder.Options("other", folder.Authority.Make(usage: usage)));
        Assert.Equal(asClient, await MeetAsync(usual, Calling(other)));
        Assert.Equal(asServer, await MeetAsync(other, Calling(usual)));
    }

    [Fact]
    public async Task A_server_of_another_authority_is_not_called()
    {
        using var other = new CertificateMaker();
        var server = New(folder.Options("alien", other.Make(), folder.Authority.Pem + other.Pem));
        Assert.False(await MeetAsync(server, Calling(New(folder.Options("a", folder.Authority.Make())))));
    }

    [Fact]
    public async Task A_renewed_certificate_and_a_new_authority_count_without_a_restart()
    {
        using var next = new CertificateMaker();
        var server = New(folder.Options("a", folder.Authority.Make()));
        var client = New(folder.Options("b", folder.Authority.Make(), folder.Authority.Pem + next.Pem));
        folder.Options("a", next.Make(), folder.Authority.Pem + next.Pem);
        Assert.True(await MeetAsync(server, Calling(client)));
        folder.File("b-ca.crt", next.Pem);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(await MeetAsync(server, Calling(client)));
        folder.File("a-ca.crt", next.Pem);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(await MeetAsync(server, Calling(client)));
    }

    /// <summary>Two silos on sockets, and a gateway; whoever comes without a certificate is not let in.</summary>
    [Fact]
    public async Task Silos_and_gateways_talk_by_it()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var ports = Enumerable.Range(0, 2).Select(_ => LoopbackPorts.Take(0, 0)).ToList();
        var primary = new IPEndPoint(IPAddress.Loopback, ports[0].First);
        using var first = Silo(ports[0], null, "one");
        await first.StartAsync(patience.Token);
        using var second = Silo(ports[1], primary, "two");
        await second.StartAsync(patience.Token);

        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(ports[0].Second);
            new ClusterTls(folder.Options("gateway", folder.Authority.Make()), TimeProvider.System).Use(client);
        });
        using var gateway = builder.Build();
        await gateway.StartAsync(patience.Token);
        foreach (var host in (IHost[])[gateway, first])
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.NotEmpty(await host.Services.GetRequiredService<IGrainFactory>().GetGrain<IPresenceGrain>($"{i}").Join("somebody"));
            }
        }

        foreach (var port in (int[])[ports[0].First, ports[0].Second])
        {
            Assert.False(await ConnectAsync(port, tls => Show(tls, null)));
        }

        await gateway.StopAsync(Cancelled);
        await second.StopAsync(Cancelled);
        await first.StopAsync(Cancelled);
    }

    public void Dispose() => folder.Dispose();

    private ClusterTls New(ClusterTlsOptions options) => new(options, time);

    private IHost Silo((int First, int Second) ports, IPEndPoint? primary, string name)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddKeyedSingleton(RegistryTimeAttribute.ServiceKey, TimeProvider.System);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(ports.First, ports.Second, primary);
            new ClusterTls(folder.Options(name, folder.Authority.Make()), TimeProvider.System).Use(silo);
        });
        return builder.Build();
    }

    private static Action<SslClientAuthenticationOptions> Calling(ClusterTls client) => tls =>
    {
        client.Call(tls);
        tls.RemoteCertificateValidationCallback = (_, certificate, chain, _) => client.Trusts(certificate, chain);
    };

    /// <summary>Shows a certificate, and asks for none of a certain authority.</summary>
    private static void Show(SslClientAuthenticationOptions tls, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate)
    {
        tls.TargetHost = "registry.test";
        tls.ClientCertificates = certificate is null ? [] : [certificate];
        tls.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
    }

    /// <summary>Whether both ends let one another in.</summary>
    private static async Task<bool> MeetAsync(ClusterTls server, Action<SslClientAuthenticationOptions> client)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, server);
        var isIn = await ConnectAsync(((IPEndPoint)listener.LocalEndpoint).Port, client, reads: true);
        return await serving && isIn;
    }

    private static async Task<bool> ServeAsync(TcpListener listener, ClusterTls server)
    {
        using var connection = await listener.AcceptTcpClientAsync(Cancelled);
        await using var stream = new SslStream(connection.GetStream());
        var tls = new SslServerAuthenticationOptions();
        server.Serve(tls);
        tls.RemoteCertificateValidationCallback = (_, certificate, chain, _) => server.Trusts(certificate, chain);
        try
        {
            await stream.AuthenticateAsServerAsync(tls, Cancelled);
            await stream.WriteAsync(new byte[1], Cancelled);
            return true;
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException)
        {
            return false;
        }
    }

    /// <param name="reads">The other end writes a byte once it has let this one in; else it ends the connection where it does not.</param>
    private static async Task<bool> ConnectAsync(int port, Action<SslClientAuthenticationOptions> client, bool reads = false)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port, Cancelled);
        await using var stream = new SslStream(connection.GetStream());
        var tls = new SslClientAuthenticationOptions();
        client(tls);
        if (!reads)
        {
            tls.ApplicationProtocols = [new SslApplicationProtocol("Orleans1")];
        }

        try
        {
            await stream.AuthenticateAsClientAsync(tls, Cancelled);

            // With TLS 1.3 the client is through before the server has looked at its certificate.
            return await stream.ReadAsync(new byte[1], Cancelled) == 1;
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException)
        {
            return false;
        }
    }
}

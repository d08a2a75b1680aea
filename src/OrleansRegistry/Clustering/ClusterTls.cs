using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Connections.Security;
using OrleansRegistry.Tls;

namespace OrleansRegistry.Clustering;

/// <summary>
/// TLS between silos, and from gateways to silos: both ends show a certificate of an authority of the cluster's. Who has one is a member, whatever its
/// address: members come and go, and their addresses with them.
/// </summary>
internal sealed class ClusterTls
{
    private const string Setting = "REGISTRY_CLUSTER_TLS";

    private readonly RenewedFiles<SslStreamCertificateContext> own;
    private readonly RenewedFiles<X509Certificate2Collection> authorities;
    private readonly TrustedAuthorities others;

    /// <exception cref="SettingException">A file cannot be used.</exception>
    public ClusterTls(ClusterTlsOptions options, [RegistryTime] TimeProvider time)
    {
        own = CertificateFiles.Open(Setting, new CertificatePlace(options.CertificateFile!, options.KeyFile, options.Password), time);
        authorities = AuthorityFile.Open($"{Setting}_CA_FILE", options.AuthorityFile!, time);
        others = new TrustedAuthorities(authorities, options.Name);
    }

    /// <summary>Null where it is not asked for.</summary>
    /// <exception cref="SettingException">A setting is missing, or a file cannot be used.</exception>
    public static ClusterTls? Of(ClusterTlsOptions options) => options switch
    {
        _ when !IsAskedFor(options) => null,
        { CertificateFile: null } or { AuthorityFile: null } => throw new SettingException(
            $"{Setting}_CERT_FILE and {Setting}_CA_FILE go together: each process shows its certificate, and looks at that of the other."),
        _ => new ClusterTls(options, TimeProvider.System),
    };

    /// <summary>Whether any setting of it is there.</summary>
    public static bool IsAskedFor(ClusterTlsOptions options) =>
        (options.CertificateFile ?? options.KeyFile ?? options.Password ?? options.AuthorityFile ?? options.Name) is not null;

    public void Use(ISiloBuilder silo)
    {
        silo.UseTls(Configure);
        AddLog(silo.Services);
    }

    public void Use(IClientBuilder client)
    {
        client.UseTls(Configure);
        AddLog(client.Services);
    }

    /// <summary>What the end that was called goes by.</summary>
    public void Serve(SslServerAuthenticationOptions tls)
    {
        tls.ServerCertificateContext = own.Current;
        tls.ServerCertificateSelectionCallback = null;
        tls.ClientCertificateRequired = true;
        tls.EnabledSslProtocols = SslProtocols.None;
    }

    /// <summary>What the end that calls goes by.</summary>
    public void Call(SslClientAuthenticationOptions tls)
    {
        tls.ClientCertificateContext = own.Current;
        tls.LocalCertificateSelectionCallback = null;
        tls.EnabledSslProtocols = SslProtocols.None;
        tls.TargetHost = "";
    }

    /// <summary>Whether the other end is let in.</summary>
    public bool Trusts(X509Certificate? certificate, X509Chain? chain) => others.Trusts(certificate, chain);

    private void Configure(TlsOptions options)
    {
        // Asked for at the start; each connection then takes the newest.
        options.LocalCertificate = own.Current.TargetCertificate;
        options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.RemoteCertificateValidation = (certificate, chain, _) => Trusts(certificate, chain);
        options.OnAuthenticateAsServer = (_, tls) => Serve((SslServerAuthenticationOptions)tls.SslServerAuthenticationOptions);
        options.OnAuthenticateAsClient = (_, tls) => Call((SslClientAuthenticationOptions)tls.SslClientAuthenticationOptions);
    }

    private void AddLog(IServiceCollection services) => services.AddSingleton<IHostedService>(provider =>
        new Log(this, provider.GetRequiredService<ILogger<ClusterTls>>()));

    /// <summary>The files are read before there is a log.</summary>
    private sealed class Log(ClusterTls tls, ILogger logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            (tls.own.Logger, tls.authorities.Logger) = (logger, logger);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

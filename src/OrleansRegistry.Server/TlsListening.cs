using System.Net.Security;
using OrleansRegistry.Settings;
using OrleansRegistry.Tls;

namespace OrleansRegistry.Server;

/// <summary>The certificate of the addresses that begin with https, for HTTP and gRPC alike.</summary>
internal sealed class TlsListening
{
    private const string Name = "REGISTRY_TLS";

    private static readonly SettingKind<string?> Path = SettingKind.Plain("a path");

    /// <summary>The settings, in the options of where the server listens.</summary>
    public static SettingGroup<TlsListening> Settings { get; } = new SettingGroup<TlsListening>("HTTPS")
        .Add(
            $"{Name}_CERT_FILE",
            Path,
            "The certificate of addresses that begin with `https://`, in PEM with those between it and the root after it, or in PKCS #12. Read anew when the "
                + "file changes.",
            options => options.CertificateFile,
            (options, value) => options.CertificateFile = value,
            new() { Unset = "that of ASP.NET's settings", More = "tls.md" })
        .Add(
            $"{Name}_KEY_FILE",
            Path,
            "Its key in PEM.",
            options => options.KeyFile,
            (options, value) => options.KeyFile = value,
            new() { Unset = "in the file of the certificate" })
        .Add(
            $"{Name}_PASSWORD",
            SettingKind.Text("a text"),
            "The password of that key, or of PKCS #12.",
            options => options.Password,
            (options, value) => options.Password = value,
            new() { IsSecret = true });

    public string? CertificateFile { get; set; }

    public string? KeyFile { get; set; }

    public string? Password { get; set; }

    /// <summary>Has https addresses use the certificate, where one is named.</summary>
    /// <exception cref="SettingException">The files cannot be used, or no address begins with https.</exception>
    public static void Configure(WebApplicationBuilder builder)
    {
        var options = new TlsListening();
        Settings.Bind(builder.Configuration, options);
        if (options.CertificateFile is null)
        {
            if ((options.KeyFile ?? options.Password) is not null)
            {
                throw new SettingException($"{Name}_KEY_FILE and {Name}_PASSWORD go with {Name}_CERT_FILE, which is not set.");
            }

            return;
        }

        if (!ServerSettings.AllAddresses(builder.Configuration).Any(address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase)))
        {
            throw new SettingException(
                $"{Name}_CERT_FILE is set, and no address begins with https://: name one in ASPNETCORE_URLS, such as https://0.0.0.0:8443.");
        }

        var place = new CertificatePlace(options.CertificateFile, options.KeyFile, options.Password);
        var files = CertificateFiles.Open(Name, place, TimeProvider.System);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            files.Logger = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger<TlsListening>();
            kestrel.ConfigureHttpsDefaults(https =>
            {
                https.ServerCertificateSelector = (_, _) => files.Current.TargetCertificate;
                https.OnAuthenticate = (_, tls) => Serve(tls, files.Current);
            });
        });
    }

    /// <summary>The authorities between the certificate and the root go with it, which a selector could not say.</summary>
    private static void Serve(SslServerAuthenticationOptions tls, SslStreamCertificateContext certificate)
    {
        tls.ServerCertificateSelectionCallback = null;
        tls.ServerCertificateContext = certificate;
    }
}

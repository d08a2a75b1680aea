using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using OrleansRegistry.Rest.Tests;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Http.Tests.Certificates;

/// <summary>Which client certificates count, and whom they name.</summary>
public sealed class CertificateTests
{
    private static readonly Permissions Viewer = RegistryRoles.Find("viewer")!.Value;

    [Fact]
    public async Task A_certificate_names_the_caller_in_each_form_that_proxies_send()
    {
        await using var host = await CertificateHost.StartAsync(options => options.Certificates.Roles = ["default/ann=viewer"]);
        using var certificate = host.Make();
        var print = certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
        foreach (var text in (string[])[
            CertificateHost.Structured(certificate),
            Uri.EscapeDataString(certificate.ExportCertificatePem() + "\n"),
            Convert.ToBase64String(certificate.RawData)])
        {
            using var answer = await host.AskAsync(text);
            Assert.Equal($"default/ann {Viewer} certificate:{print}", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Contains("Client-Cert", answer.Headers.Vary);
        }
    }

    [Fact]
    public async Task A_request_without_one_is_told_how_to_bring_one()
    {
        await using var host = await CertificateHost.StartAsync();
        var answer = await host.Client.SendAsync("GET", "/me");
        Assert.Equal("Client-Certificate header=\"Client-Cert\"", answer.Headers.WwwAuthenticate.ToString());
        await answer.ProblemAsync(401, "Client-Cert");
        Assert.Contains("is missing", (await (await host.AskAsync("")).ProblemAsync(401, "Client-Cert")).Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_authorities_and_usages_are_looked_at()
    {
        await using var host = await CertificateHost.StartAsync();
        using var thief = new ClientAuthority(host.Now);
        var (now, hour) = (host.Now, TimeSpan.FromHours(1));
        using var expired = host.Authority.Make("CN=ann", now - (2 * hour), now);
        using var early = host.Authority.Make("CN=ann", now + TimeSpan.FromSeconds(1), now + hour);
        using var other = thief.Make("CN=ann", now - hour, now + hour);
        using var server = host.Make(usage: ClientAuthority.ForServers);
        using var any = host.Make(usage: null);
        await host.RefusesAsync(CertificateHost.Structured(expired), "has expired");
        await host.RefusesAsync(CertificateHost.Structured(early), "not valid yet");
        await host.RefusesAsync(CertificateHost.Structured(other), "authority that does not count");
        await host.RefusesAsync(CertificateHost.Structured(server), "extended key usage");
        await host.CallerAsync(any);
    }

    [Fact]
    public async Task One_that_was_good_is_not_good_for_ever()
    {
        await using var host = await CertificateHost.StartAsync();
        using var certificate = host.Make();
        await host.CallerAsync(certificate);
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.RefusesAsync(CertificateHost.Structured(certificate), "has expired");
    }

    [Fact]
    public async Task Other_authorities_in_the_file_count_and_those_before_no_longer()
    {
        await using var host = await CertificateHost.StartAsync();
        using var next = new ClientAuthority(host.Now);
        using var certificate = host.Make();
        using var other = next.Make("CN=bob", host.Now.AddHours(-1), host.Now.AddHours(1));
        await host.CallerAsync(certificate);
        next.Write(host.Authority.File);
        host.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.StartsWith("default/bob ", await host.CallerAsync(other), StringComparison.Ordinal);
        await host.RefusesAsync(CertificateHost.Structured(certificate), "authority that does not count");
    }

    [Theory]
    [InlineData("x")]
    [InlineData(":eA==:")]
    [InlineData("-----BEGIN%20CERTIFICATE-----")]
    [InlineData("-----BEGIN%20PRIVATE%20KEY-----%0AeA==%0A-----END%20PRIVATE%20KEY-----")]
    [InlineData("Subject=\"CN=ann\"")]
    public async Task What_is_no_certificate_is_refused(string text)
    {
        await using var host = await CertificateHost.StartAsync();
        await host.RefusesAsync(text, "is not a certificate");
    }

    [Fact]
    public async Task Two_or_too_large_ones_are_refused()
    {
        await using var host = await CertificateHost.StartAsync();
        using var certificate = host.Make();
        var text = CertificateHost.Structured(certificate);
        await host.RefusesAsync(new string('a', CertificateGate.MaxLength + 1), "16,384");
        await (await host.Client.SendAsync("GET", "/me", null, ("Client-Cert", text), ("Client-Cert", text))).ProblemAsync(401, "Client-Cert");
    }

    [Fact]
    public async Task The_header_counts_from_named_proxies_alone()
    {
        await using var host = await CertificateHost.StartAsync(options => options.TrustedProxies = ["10.9.8.7"]);
        using var certificate = host.Make();
        await host.RefusesAsync(CertificateHost.Structured(certificate), "REGISTRY_TRUSTED_PROXIES");
        await using var named = await CertificateHost.StartAsync(options => options.TrustedProxies = ["127.0.0.0/8"]);
        using var own = named.Make();
        Assert.StartsWith("default/ann ", await named.CallerAsync(own), StringComparison.Ordinal);

        // For whom a proxy asks is not who asks.
        using var answer = await named.Client.SendAsync(
            "GET", "/me", null, ("Client-Cert", CertificateHost.Structured(own)), ("X-Forwarded-For", "192.0.2.1"));
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData(CertificateSubject.UriOrName, "CN=ann", new[] { "spiffe://acme/weather" }, "spiffe://acme/weather")]
    [InlineData(CertificateSubject.UriOrName, "CN=ann", new string[0], "ann")]
    [InlineData(CertificateSubject.UriOrName, "CN=ann", new[] { "a:1", "a:2" }, null)]
    [InlineData(CertificateSubject.UriOrName, "O=acme", new string[0], null)]
    [InlineData(CertificateSubject.UriOrName, "CN=ann,CN=bob", new string[0], null)]
    [InlineData(CertificateSubject.Uri, "CN=ann", new string[0], null)]
    [InlineData(CertificateSubject.Name, "CN=ann", new[] { "a:1", "a:2" }, "ann")]
    [InlineData(CertificateSubject.Dns, "CN=ann", new[] { "a:1" }, "client.acme.example")]
    [InlineData(CertificateSubject.Email, "CN=ann", new[] { "a:1" }, "ann@acme.example")]
    public async Task The_subject_is_what_the_setting_says(CertificateSubject from, string name, string[] uris, string? subject)
    {
        await using var host = await CertificateHost.StartAsync(options => options.Certificates.Subject = from);
        using var certificate = host.Make(name, ClientAuthority.ForClients, uris);
        if (subject is null)
        {
            await host.RefusesAsync(CertificateHost.Structured(certificate), "REGISTRY_CLIENT_CERT_SUBJECT");
        }
        else
        {
            Assert.StartsWith($"default/{subject} {Permissions.None} ", await host.CallerAsync(certificate), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_tenant_may_be_the_organization_and_roles_go_by_both()
    {
        await using var host = await CertificateHost.StartAsync(options =>
        {
            options.Certificates.TenantFrom = CertificateTenant.Organization;
            options.Certificates.Roles = ["*=viewer", "acme/*=user", "acme/ann=admin"];
        });
        foreach (var (name, caller, role) in ((string, string, string)[])
            [("CN=ann,O=acme", "acme/ann", "admin"), ("CN=bob,O=acme", "acme/bob", "user"), ("CN=ann,O=other", "other/ann", "viewer")])
        {
            using var certificate = host.Make(name);
            Assert.StartsWith($"{caller} {RegistryRoles.Find(role)} ", await host.CallerAsync(certificate), StringComparison.Ordinal);
        }

        foreach (var name in (string[])["CN=ann", "CN=ann,O=a b", "CN=ann,O=acme,O=other"])
        {
            using var certificate = host.Make(name);
            await host.RefusesAsync(CertificateHost.Structured(certificate), "REGISTRY_CLIENT_CERT_TENANT_FROM");
        }
    }

    [Theory]
    [InlineData("ann=viewer")]
    [InlineData("acme/ann=king")]
    [InlineData("acme/ann")]
    [InlineData("acme/=viewer")]
    [InlineData("a b/ann=viewer")]
    [InlineData("acme/*=operator")]
    [InlineData("*=operator")]
    public async Task An_entry_that_is_none_stops_the_start(string entry)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(
            () => CertificateHost.StartAsync(options => options.Certificates.Roles = [entry]));
        Assert.Contains("REGISTRY_CLIENT_CERT_ROLES", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_meant_stops_the_start()
    {
        var fault = await Assert.ThrowsAsync<SettingException>(
            () => CertificateHost.StartAsync(options => options.Certificates.AuthorityFile = "/nowhere/ca.pem"));
        Assert.Contains("REGISTRY_CLIENT_CERT_CA_FILE", fault.Message, StringComparison.Ordinal);
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => CertificateHost.StartAsync(options =>
        {
            options.Certificates.AuthorityFile = null;
            options.Certificates.Roles = ["*=viewer"];
        }));
        Assert.Contains("REGISTRY_CLIENT_CERT_CA_FILE", wrong.Message, StringComparison.Ordinal);
        wrong = await Assert.ThrowsAsync<OptionsValidationException>(
            () => CertificateHost.StartAsync(options => options.DefaultCaller = Caller.Default));
        Assert.Contains("REGISTRY_DEFAULT_CALLER", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_says_who_calls_where_a_certificate_comes_too()
    {
        await using var host = await CertificateHost.StartAsync(options => options.ApiKeys = true);
        using var certificate = host.Make();
        await host.CallerAsync(certificate);
        await (await host.Client.SendAsync(
            "GET", "/me", null, ("Client-Cert", CertificateHost.Structured(certificate)), ("Authorization", "Bearer ork_x"))).ProblemAsync(
            401, "Authorization");
        var missing = await (await host.Client.SendAsync("GET", "/me")).ProblemAsync(401, "Authorization");
        Assert.Contains("Client-Cert", missing.Text("detail"), StringComparison.Ordinal);
        var document = await host.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var schemes = System.Text.Json.JsonDocument.Parse(document).RootElement.GetProperty("components").GetProperty("securitySchemes");
        Assert.Equal("mutualTLS", schemes.GetProperty("clientCertificate").Text("type"));
    }
}

namespace OrleansRegistry.Server.Tests;

/// <summary>What cannot be stops the start, with its name and what it could be.</summary>
public sealed class SettingTests : IDisposable
{
    private readonly DataFolder folder = new();

    [Theory]
    [InlineData("STORAGE_TYPE", "floppy", "memory")]
    [InlineData("REGISTRY_STRICT_CARDS", "perhaps", "true or false")]
    [InlineData("REGISTRY_MAX_CARD_BYTES", "-1", "1024")]
    [InlineData("TASK_DEADLINE_SECONDS", "31622401", "31622400")]
    [InlineData("TASK_MAX_ATTEMPTS", "1001", "1000")]
    [InlineData("ORLEANS_SILO_PORT", "99999", "65535")]
    [InlineData("A2A_REGISTRY_DEFAULT_DEV_TRUST_LEVEL", "HIGH", "TRUST_LEVEL_COMMUNITY")]
    [InlineData("REGISTRY_PUBLIC_URL", "not a url", "http")]
    [InlineData("REGISTRY_TRUST_SCOPE_HEADER", "true", "REGISTRY_TRUST_CALLER_HEADERS")]
    [InlineData("REGISTRY_DEFAULT_CALLER", "nobody", "tenant")]
    [InlineData("REGISTRY_DEFAULT_CALLER", "a b/c", "letters")]
    [InlineData("REGISTRY_ALLOWED_HOSTS", "http://x", "host name")]
    [InlineData("REGISTRY_TRUSTED_PROXIES", "10", "10.0.0.0/8")]
    [InlineData("REGISTRY_TRUSTED_PROXIES", "127.0.0.1,proxy.example", "10.0.0.0/8")]
    [InlineData("REGISTRY_TRUSTED_PROXIES", "10.0.0.0/33", "10.0.0.0/8")]
    [InlineData("REGISTRY_CORS_ORIGINS", "https://x/y", "origin")]
    [InlineData("REGISTRY_MAX_BODY_BYTES", "1073741824", "1073741823")]
    [InlineData("FORWARDEDHEADERS_ENABLED", "true", "REGISTRY_TRUSTED_PROXIES")]
    [InlineData("ASPNETCORE_URLS", "nonsense", "http://127.0.0.1:8080")]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:99999", "65535")]
    public async Task A_wrong_setting_stops_the_start_with_its_name_and_the_choices(string name, string value, string choice)
    {
        await RefusesAsync(folder.Settings((name, value)), name, choice);
        Assert.Empty(System.IO.Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("memory", "REGISTRY_CLUSTERING", "postgres", "REGISTRY_CLUSTERING is postgres")]
    [InlineData("file", "REGISTRY_CLUSTERING", "postgres", "STORAGE_TYPE is sqlite")]
    [InlineData("memory", "REGISTRY_ROLE", "silo", "REGISTRY_ROLE is silo")]
    [InlineData("file", "REGISTRY_ROLE", "gateway", "REGISTRY_ROLE is gateway")]
    [InlineData("memory", "REGISTRY_ROLE", "leader", "all, silo, gateway")]
    [InlineData("memory", "REGISTRY_CLUSTERING", "consul", "localhost, postgres")]
    [InlineData("memory", "REGISTRY_DRAIN_SECONDS", "-1", "0 to 300")]
    public Task What_cannot_be_a_cluster_does_not_start(string store, string name, string value, string said) =>
        RefusesAsync(folder.Settings(("STORAGE_TYPE", store), (name, value)), said);

    [Fact]
    public Task An_advertised_address_that_is_none_stops_the_start() => RefusesAsync(
        new Dictionary<string, string>
        {
            ["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none",
            ["REGISTRY_CLUSTERING"] = "postgres",
            ["ORLEANS_ADVERTISED_ADDRESS"] = "0.0.0.0",
        },
        "ORLEANS_ADVERTISED_ADDRESS");

    public void Dispose() => folder.Dispose();

    private static async Task RefusesAsync(IReadOnlyDictionary<string, string> settings, params string[] said)
    {
        var (exitCode, output) = await ServerStart.RunAsync(settings);
        Assert.Equal(1, exitCode);
        Assert.Contains("The registry did not start.", output, StringComparison.Ordinal);
        Assert.All(said, text => Assert.Contains(text, output, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }
}

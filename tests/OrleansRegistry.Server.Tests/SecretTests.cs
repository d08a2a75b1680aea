using Microsoft.Extensions.Configuration;

namespace OrleansRegistry.Server.Tests;

/// <summary>Whatever a setting is set to by mistake, it is not shown: it may be a password.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Secret = "s3cretPW";

    private readonly DataFolder folder = new();

    public static TheoryData<string> Values =>
    [
        $"host=127.0.0.1 port=5 user=app password={Secret} dbname=registry",
        $"postgresql://app:{Secret}@127.0.0.1:5/registry",
        $"Host=127.0.0.1;Port=5;Username=app;Password={Secret};Database=registry",
        $"postgresql://app:12/{Secret}@127.0.0.1/registry",
        $"postgresql://app:12?{Secret}@127.0.0.1/registry",
        $"http://app:{Secret}@127.0.0.1:5/",
        $"mysql://app:{Secret}@127.0.0.1/registry",
        $"Server=127.0.0.1 Password={Secret}; Database=registry",
    ];

    [Fact]
    public async Task No_setting_shows_its_value()
    {
        string[] more = ["http_ports", "https_ports", "Logging:Console:LogLevel:Default"];
        var settings = ServerSettings.All.SelectMany(group => group.Settings).SelectMany(setting => (string[])[setting.Name, .. setting.Aliases]);
        foreach (var name in settings.Concat(more))
        {
            await ShowsNothingAsync(name, $"host=127.0.0.1 port=5 user=app password={Secret} dbname=registry");
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Settings_that_name_a_place_show_no_password_of_it(string value)
    {
        foreach (var name in (string[])["DATABASE_URL", "STORAGE_DATA_DIR", "STORAGE_TYPE", "ASPNETCORE_URLS", "REGISTRY_PUBLIC_URL"])
        {
            await ShowsNothingAsync(name, value);
        }
    }

    [Fact]
    public void What_the_framework_says_of_a_value_is_masked()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["A"] = $"x{Secret}", ["B"] = Secret, ["C"] = "true" }).Build();
        var masked = ConfiguredValues.Mask($"Failed to convert 'x{Secret}' or {Secret} to true", configuration);
        Assert.Equal("Failed to convert '(not shown)' or (not shown) to true", masked);
    }

    public void Dispose() => folder.Dispose();

    private async Task ShowsNothingAsync(string name, string value)
    {
        var (exitCode, output) = await ServerStart.RunAsync(
            new Dictionary<string, string>
            {
                ["STORAGE_TYPE"] = name == "DATABASE_URL" ? "postgres" : "memory",
                ["STORAGE_DATA_DIR"] = folder.Path,
                ["STORAGE__POSTGRES_MAX_RETRIES"] = "0",
                [name] = value,
            });
        Assert.False(output.Contains(Secret, StringComparison.Ordinal), $"{name} set to a secret: exit code {exitCode}, {output}");
    }
}

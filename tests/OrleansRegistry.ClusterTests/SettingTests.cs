using OrleansRegistry.Server.Tests;

namespace OrleansRegistry.ClusterTests;

/// <summary>What cannot be a cluster does not start, and says why.</summary>
public sealed class SettingTests
{
    [Theory]
    [InlineData("memory", "REGISTRY_CLUSTERING", "postgres", "REGISTRY_CLUSTERING is postgres")]
    [InlineData("file", "REGISTRY_CLUSTERING", "postgres", "STORAGE_TYPE is file")]
    [InlineData("memory", "REGISTRY_ROLE", "silo", "REGISTRY_ROLE is silo")]
    [InlineData("file", "REGISTRY_ROLE", "gateway", "REGISTRY_ROLE is gateway")]
    [InlineData("memory", "REGISTRY_ROLE", "leader", "all, silo, gateway")]
    [InlineData("memory", "REGISTRY_CLUSTERING", "consul", "localhost, postgres")]
    [InlineData("memory", "REGISTRY_DRAIN_SECONDS", "-1", "0 to 300")]
    public async Task A_setting_that_does_not_fit_stops_the_start_in_one_line(string store, string name, string value, string said)
    {
        var (exitCode, output) = await ServerProcess.RunAsync(new Dictionary<string, string> { ["STORAGE_TYPE"] = store, [name] = value });
        Assert.Equal(1, exitCode);
        Assert.Contains("The registry did not start.", output, StringComparison.Ordinal);
        Assert.Contains(said, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_advertised_address_that_is_none_stops_the_start_in_one_line()
    {
        var (exitCode, output) = await ServerProcess.RunAsync(new Dictionary<string, string>
        {
            ["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none",
            ["REGISTRY_CLUSTERING"] = "postgres",
            ["ORLEANS_ADVERTISED_ADDRESS"] = "0.0.0.0",
        });
        Assert.Equal(1, exitCode);
        Assert.Contains("ORLEANS_ADVERTISED_ADDRESS is '0.0.0.0'", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }
}

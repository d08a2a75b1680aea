using OrleansRegistry.Server.Tests;

namespace OrleansRegistry.ClusterTests;

public sealed class EngineTests
{
    [Fact]
    public void The_cluster() => Assert.Skip("NO ORLEANS ENGINE: clusters need it. Nothing of the cluster was tested.");

    [Theory]
    [InlineData("REGISTRY_ROLE", "silo")]
    [InlineData("REGISTRY_ROLE", "gateway")]
    [InlineData("REGISTRY_CLUSTERING", "postgres")]
    public async Task The_Embedded_engine_refuses_to_be_a_part_of_one(string name, string value)
    {
        var (exitCode, output) = await ServerProcess.RunAsync(new Dictionary<string, string> { [name] = value, ["STORAGE_TYPE"] = "memory" });
        Assert.Equal(1, exitCode);
        Assert.Contains($"{name} is {value}", output, StringComparison.Ordinal);
        Assert.Contains("REGISTRY_ENGINE=Orleans", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Tests.Hosting;

public sealed class RegistrySettingsTests
{
    [Theory]
    [InlineData("MaxCardBytes (REGISTRY_MAX_CARD_BYTES) is 5; it can be a whole number from 1024 to 16777216.")]
    [InlineData("GrainIdle (REGISTRY_IDLE_SECONDS) is 1; it can be a number of seconds from 10 to 86400.")]
    [InlineData("TaskRetention (TASK_RETENTION_SECONDS) is -1; it can be a number of seconds from 0 (never) to 2147483647.")]
    [InlineData("ClusterId (ORLEANS_CLUSTER_ID) has an invalid value; it can be a name of 1 to 150 characters")]
    public void An_option_that_the_host_sets_is_checked_as_the_setting_is(string said)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var refusal = Assert.Throws<SettingException>(() => builder.AddOrleansRegistry(options =>
        {
            options.StorageType = StorageType.Memory;
            switch (said.Split(' ')[0])
            {
                case nameof(options.MaxCardBytes):
                    options.MaxCardBytes = 5;
                    break;
                case nameof(options.GrainIdle):
                    options.GrainIdle = TimeSpan.FromSeconds(1);
                    break;
                case nameof(options.TaskRetention):
                    options.TaskRetention = TimeSpan.FromSeconds(-1);
                    break;
                default:
                    options.Cluster.ClusterId = new string('x', 151);
                    break;
            }
        }));
        Assert.StartsWith(said, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_a_database_are_checked_where_none_is_used_too() =>
        Assert.Throws<SettingException>(() => Read(("STORAGE_TYPE", "memory"), ("STORAGE__POSTGRES_POOL_MAX", "many")));

    [Fact]
    public void Extensions_are_listed_as_is_set()
    {
        var policy = Read(
            ("A2A_REGISTRY_DEV_MODE", "no"),
            ("A2A_REGISTRY_REQUIRE_EXTENSION_VERIFICATION", "yes"),
            ("A2A_REGISTRY_EXTENSION_ALLOWLIST", "urn:a, urn:b;c"),
            ("A2A_REGISTRY_DEFAULT_DEV_TRUST_LEVEL", "trust_level_community")).Extensions;
        Assert.Equal((false, true, "TRUST_LEVEL_COMMUNITY"), (policy.DevelopmentMode, policy.RequireVerification, policy.DevelopmentTrustLevel));
        Assert.Equal(["urn:a", "urn:b;c"], policy.Allowlist!.Order());
    }

    [Fact]
    public void A_process_drains_as_long_as_is_set_and_a_while_in_a_cluster()
    {
        Assert.Null(Read().Cluster.Drain);
        Assert.Equal(TimeSpan.Zero, Read(("REGISTRY_DRAIN_SECONDS", "0")).Cluster.Drain);
        Assert.Equal(TimeSpan.FromSeconds(65), Read(("REGISTRY_CLUSTERING", "postgres")).ShutdownTime);
    }

    private static RegistryOptions Read(params (string Name, string Value)[] settings)
    {
        var values = settings.ToDictionary(one => one.Name, one => (string?)one.Value);
        return RegistrySettings.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
    }
}

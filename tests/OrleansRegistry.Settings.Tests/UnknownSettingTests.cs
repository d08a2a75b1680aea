using Microsoft.Extensions.Configuration;

namespace OrleansRegistry.Settings.Tests;

public sealed class UnknownSettingTests
{
    private static readonly SettingGroup[] Known =
    [
        new SettingGroup("All")
            .AddForeign("REGISTRY_MAX_CARD_BYTES", "", "", "")
            .AddForeign("STORAGE_TYPE", "", "", "")
            .AddForeign("STORAGE__POSTGRES_POOL_MAX", "", "", "")
            .AddForeign("TASK_RETENTION_SECONDS", "", "", "")
            .AddForeign("ORLEANS_SILO_PORT", "", "", "")
            .AddForeign("A2A_REGISTRY_DEV_MODE", "", "", ""),
    ];

    [Theory]
    [InlineData("REGISTRY_MAX_CRAD_BYTES", "REGISTRY_MAX_CARD_BYTES")]
    [InlineData("registry_max_card_byte", "REGISTRY_MAX_CARD_BYTES")]
    [InlineData("REGISTRY_COLOUR", null)]
    [InlineData("STORAGE_TYP", "STORAGE_TYPE")]
    [InlineData("STORAGE_POSTGRES_POOL_MAX", "STORAGE__POSTGRES_POOL_MAX")]
    [InlineData("STORAGE:POSTGRES_POOL_MXA", "STORAGE__POSTGRES_POOL_MAX")]
    [InlineData("STORAGE__COLOUR", null)]
    [InlineData("TASK_RETENTION", "TASK_RETENTION_SECONDS")]
    [InlineData("TASK_RETENTION_SECOND", "TASK_RETENTION_SECONDS")]
    [InlineData("ORLEANS_SILO_PROT", "ORLEANS_SILO_PORT")]
    [InlineData("ORLEANS_SIL_PORT", "ORLEANS_SILO_PORT")]
    [InlineData("A2A_REGISTRY_DEVMODE", "A2A_REGISTRY_DEV_MODE")]
    [InlineData("REGISTRY_MAX_CARD_BYTES", null, false)]
    [InlineData("storage_type", null, false)]
    [InlineData("TASK_SLOT", null, false)]
    [InlineData("STORAGE_ACCOUNT_KEY", null, false)]
    [InlineData("CONTEXT_PATH", null, false)]
    [InlineData("A2A_PORT", null, false)]
    [InlineData("DATABASE_URI", null, false)]
    [InlineData("REGISTRY_SERVICE_HOST", null, false)]
    [InlineData("REGISTRY_SERVICE_PORT", null, false)]
    [InlineData("REGISTRY_SILO_SERVICE_PORT_HTTP", null, false)]
    [InlineData("REGISTRY_PORT_8080_TCP", null, false)]
    [InlineData("REGISTRY_PORT_8080_TCP_ADDR", null, false)]
    [InlineData("Orleans:ClusterId", null, false)]
    public void A_name_that_is_no_setting_is_found_with_the_nearest(string name, string? nearest, bool isFound = true)
    {
        var found = Find((name, "1"));
        Assert.Equal(isFound ? [new UnknownSetting(name.Replace(":", "__", StringComparison.Ordinal), nearest)] : [], found);
    }

    [Fact]
    public void The_address_of_a_Kubernetes_service_is_none_of_ours()
    {
        Assert.Empty(Find(("REGISTRY_PORT", "tcp://10.0.0.1:8080")));
        Assert.Single(Find(("REGISTRY_PORT", "8080")));
    }

    [Fact]
    public void What_is_empty_is_unset() => Assert.Empty(Find(("REGISTRY_COLOUR", " ")));

    private static IReadOnlyList<UnknownSetting> Find(params (string Name, string Value)[] configured)
    {
        var values = configured.ToDictionary(one => one.Name, one => (string?)one.Value);
        return UnknownSettings.Find(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), Known);
    }
}

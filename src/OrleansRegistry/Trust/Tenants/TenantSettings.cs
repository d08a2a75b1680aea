namespace OrleansRegistry.Trust.Tenants;

/// <summary>The settings of tenants.</summary>
internal static class TenantSettings
{
    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Tenants")
        .Add(
            "REGISTRY_TENANTS",
            SettingKind.OneOf(("any", false), ("known", true)),
            "Whose callers are let in: those of any tenant, or only of tenants that were made (`PUT /tenants/{tenant}`). Suspended ones never are.",
            options => options.KnownTenantsOnly,
            (options, value) => options.KnownTenantsOnly = value,
            new() { More = "trust.md#tenants" });
}

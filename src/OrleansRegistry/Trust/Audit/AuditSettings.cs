namespace OrleansRegistry.Trust.Audit;

/// <summary>The settings of the audit trail.</summary>
internal static class AuditSettings
{
    private const string More = "audit.md";

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Audit")
        .Add(
            "REGISTRY_AUDIT",
            SettingKind.OneOf<AuditMode>(
                ("auto", AuditMode.Auto), ("off", AuditMode.Off), ("on", AuditMode.On), ("best-effort", AuditMode.BestEffort)),
            "Whether it is written down who changed what. `on`: before each change is answered, and changes stop while that cannot be written. "
                + "`best-effort`: moments later, and changes go on. `auto`: `on` where the server asks who calls, else `off`.",
            options => options.Audit.Mode,
            (options, value) => options.Audit = options.Audit with { Mode = value },
            new() { More = More })
        .Add(
            "REGISTRY_AUDIT_RETENTION_SECONDS",
            SettingKind.SecondsOrNever(int.MaxValue, least: 3_600),
            "How long entries of the audit trail are kept.",
            options => options.Audit.Retention,
            (options, value) => options.Audit = options.Audit with { Retention = value },
            new() { More = More })
        .Add(
            "REGISTRY_AUDIT_LOG",
            SettingKind.Flag,
            "Whether each entry of the audit trail is a line of the log too, once it is stored: JSON, in the category `OrleansRegistry.Audit`.",
            options => options.Audit.Log,
            (options, value) => options.Audit = options.Audit with { Log = value },
            new() { More = More })
        .Add(
            "REGISTRY_AUDIT_REFUSED",
            SettingKind.Flag,
            "Whether calls that were refused are written down too. They are counted in any case.",
            options => options.Audit.Refused,
            (options, value) => options.Audit = options.Audit with { Refused = value },
            new() { More = More })
        .Add(
            "REGISTRY_AUDIT_REFUSED_PER_SECOND",
            SettingKind.Number(1, 10_000),
            "How many of them each process writes for a tenant in a second at most; of the others the next entry tells the number.",
            options => options.Audit.RefusedPerSecond,
            (options, value) => options.Audit = options.Audit with { RefusedPerSecond = value },
            new() { More = More });
}

namespace OrleansRegistry.Trust;

/// <summary>What callers do with what the registry holds as a whole.</summary>
internal static class DataOperations
{
    /// <summary>It changes nothing, but the trail tells who has it all.</summary>
    public static readonly Operation Export = new("registry.data.export", Permissions.DataExport | Permissions.Tenants, IsChange: true);

    public static readonly Operation CheckExport = new("registry.data.export.check", Permissions.DataExport | Permissions.Tenants);

    public static readonly Operation Import =
        new("registry.data.import", Permissions.DataImport | Permissions.Tenants, IsChange: true) { Grows = true };

    public static readonly Operation CheckImport = new("registry.data.check", Permissions.DataImport | Permissions.Tenants);
    public static readonly Operation MakeBackup = new("registry.backup.make", Permissions.Backups, IsChange: true);
    public static readonly Operation ReadBackup = new("registry.backup.read", Permissions.Backups);
}

namespace OrleansRegistry.Storage;

/// <summary>One migration as this program and the database know it. <paramref name="AppliedAt"/> is null where it is pending.</summary>
public sealed record MigrationStatus(int Number, string Name, DateTimeOffset? AppliedAt);

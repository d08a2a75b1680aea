using OrleansRegistry.Objects.Cloud.Azure;
using OrleansRegistry.Objects.Cloud.Gcs;
using OrleansRegistry.Objects.Cloud.S3;

namespace OrleansRegistry.Objects.Cloud;

/// <summary>The cloud stores of a process.</summary>
public sealed class CloudStorageOptions
{
    /// <summary>The bucket of places that name none, where the store's own settings do not either.</summary>
    public string? Bucket { get; set; }

    /// <summary>Amazon S3, and what speaks as it does.</summary>
    public S3Options S3 { get; } = new();

    /// <summary>Google Cloud Storage.</summary>
    public GcsOptions Gcs { get; } = new();

    /// <summary>Azure Blob Storage.</summary>
    public AzureOptions Azure { get; } = new();
}

namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>Google Cloud Storage.</summary>
public sealed class GcsOptions
{
}

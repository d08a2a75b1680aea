namespace OrleansRegistry.Objects.Cloud.Azure;

/// <summary>Azure Blob Storage.</summary>
public sealed class AzureOptions
{
}

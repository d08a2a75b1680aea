namespace OrleansRegistry.Objects.Cloud.Azure;

/// <summary>Azure Blob Storage. The account is named by a connection string, or by its name with a key or a token.</summary>
public sealed class AzureOptions
{
    /// <summary>The container of places that name none.</summary>
    public string? Container { get; set; }

    /// <summary>The account with its credentials.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The account's name.</summary>
    public string? Account { get; set; }

    /// <summary>The account's key.</summary>
    public string? Key { get; set; }

    /// <summary>A token (shared access signature) in place of the key.</summary>
    public string? SasToken { get; set; }

    /// <summary>Where the account's blobs are; null: Azure's public cloud.</summary>
    public string? Endpoint { get; set; }

    /// <summary>The encryption scope, which names a key; null: the container's.</summary>
    public string? EncryptionScope { get; set; }

    /// <summary>How often a request is sent again after what may pass.</summary>
    public int MaxRetries { get; set; } = 5;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    internal CloudTuning Tuning { get; } = new();
}

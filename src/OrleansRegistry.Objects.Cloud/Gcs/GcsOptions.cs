namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>Google Cloud Storage.</summary>
public sealed class GcsOptions
{
    /// <summary>The bucket of places that name none.</summary>
    public string? Bucket { get; set; }

    /// <summary>What names begin with in that bucket.</summary>
    public string? Prefix { get; set; }

    /// <summary>The file of a service account; null: the credentials of the machine, the container, or the user (application default credentials).</summary>
    public string? CredentialsFile { get; set; }

    /// <summary>The key of Cloud KMS that encrypts objects; null: as the bucket says.</summary>
    public string? KmsKey { get; set; }

    /// <summary>Where an emulator of Cloud Storage is; null: Google's own. It is called without credentials.</summary>
    public string? EmulatorHost { get; set; }

    /// <summary>How often a request is sent again after what may pass.</summary>
    public int MaxRetries { get; set; } = 5;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    internal CloudTuning Tuning { get; } = new();
}

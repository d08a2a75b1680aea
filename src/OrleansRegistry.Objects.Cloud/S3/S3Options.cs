namespace OrleansRegistry.Objects.Cloud.S3;

/// <summary>How S3 encrypts what is stored.</summary>
public enum S3Encryption
{
    /// <summary>As the bucket says.</summary>
    Bucket,

    /// <summary>With keys of S3.</summary>
    Aes256,

    /// <summary>With a key of KMS.</summary>
    Kms,
}

/// <summary>Amazon S3, and what speaks as it does.</summary>
public sealed class S3Options
{
    /// <summary>The bucket of places that name none.</summary>
    public string? Bucket { get; set; }

    /// <summary>The bucket's region.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>The key's id; null: the credentials that the AWS SDK finds.</summary>
    public string? AccessKeyId { get; set; }

    /// <summary>The key.</summary>
    public string? SecretAccessKey { get; set; }

    /// <summary>The token of a temporary key.</summary>
    public string? SessionToken { get; set; }

    /// <summary>Where S3 is; null: Amazon's.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Whether the bucket stands in the path of an address; null: with an endpoint of its own only.</summary>
    public bool? PathStyle { get; set; }

    /// <summary>How objects are encrypted.</summary>
    public S3Encryption Encryption { get; set; }

    /// <summary>The key of KMS; null: the account's default one.</summary>
    public string? KmsKeyId { get; set; }

    /// <summary>How often a request is sent again after what may pass.</summary>
    public int MaxRetries { get; set; } = 5;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    internal CloudTuning Tuning { get; } = new();
}

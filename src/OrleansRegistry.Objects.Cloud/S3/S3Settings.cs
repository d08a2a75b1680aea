using OrleansRegistry.Settings;

namespace OrleansRegistry.Objects.Cloud.S3;

/// <summary>The settings of Amazon S3, by the names that AWS's own programs use where they have one.</summary>
internal static class S3Settings
{
    private const int MaxKeyLength = 4096;

    public static SettingGroup<CloudStorageOptions> Group { get; } = new SettingGroup<CloudStorageOptions>("Amazon S3")
        .Add(
            "AWS_S3_BUCKET",
            CloudKinds.BucketName,
            "The bucket of the place `s3:`.",
            options => options.S3.Bucket,
            (options, value) => options.S3.Bucket = value,
            new() { More = CloudKinds.More })
        .Add(
            "AWS_REGION",
            SettingKind.Plain("a region, such as `eu-west-1`"),
            "The bucket's region.",
            options => options.S3.Region,
            (options, value) => options.S3.Region = value!)
        .Add(
            "AWS_ACCESS_KEY_ID",
            SettingKind.Plain("the id of an access key", text => text.Length <= MaxKeyLength),
            "The access key. Without one, the AWS SDK looks for credentials: a profile, a role of the machine, the container or the service account.",
            options => options.S3.AccessKeyId,
            (options, value) => options.S3.AccessKeyId = value,
            new() { IsSecret = true })
        .Add(
            "AWS_SECRET_ACCESS_KEY",
            SettingKind.Text("a secret access key", text => text.Length <= MaxKeyLength),
            "Its secret.",
            options => options.S3.SecretAccessKey,
            (options, value) => options.S3.SecretAccessKey = value,
            new() { IsSecret = true })
        .Add(
            "AWS_SESSION_TOKEN",
            SettingKind.Text("a session token", text => text.Length <= MaxKeyLength),
            "The token of a temporary access key.",
            options => options.S3.SessionToken,
            (options, value) => options.S3.SessionToken = value,
            new() { IsSecret = true })
        .Add(
            "AWS_ENDPOINT_URL_S3",
            CloudKinds.Address,
            "Where S3 is, for stores that speak as it does.",
            options => options.S3.Endpoint,
            (options, value) => options.S3.Endpoint = value,
            new() { Unset = "Amazon's" })
        .Add(
            "AWS_S3_PATH_STYLE",
            SettingKind.Optional(SettingKind.Flag),
            "Whether the bucket stands in the path of addresses, and not in the host.",
            options => options.S3.PathStyle,
            (options, value) => options.S3.PathStyle = value,
            new() { Unset = "with `AWS_ENDPOINT_URL_S3` only" })
        .Add(
            "AWS_S3_ENCRYPTION",
            SettingKind.OneOf(("bucket", S3Encryption.Bucket), ("AES256", S3Encryption.Aes256), ("aws:kms", S3Encryption.Kms)),
            "How S3 encrypts what is stored: as the bucket says, with its own keys, or with a key of KMS.",
            options => options.S3.Encryption,
            (options, value) => options.S3.Encryption = value)
        .Add(
            "AWS_S3_KMS_KEY_ID",
            SettingKind.Plain("a key's id, ARN or alias"),
            "The key of KMS; with it, `AWS_S3_ENCRYPTION` is `aws:kms`.",
            options => options.S3.KmsKeyId,
            SetKmsKey,
            new() { Unset = "the account's for S3" })
        .Add(
            "PERSIST_S3_MAX_RETRIES",
            SettingKind.Number(0, 100),
            "How often a request is sent again after what may pass: a failure of the server, too many requests, a connection that was cut.",
            options => options.S3.MaxRetries,
            (options, value) => options.S3.MaxRetries = value)
        .Add(
            "PERSIST_S3_TIMEOUT",
            SettingKind.Seconds(1, 3600),
            "How long one attempt may take; a part has 8 MiB.",
            options => options.S3.Timeout,
            (options, value) => options.S3.Timeout = value);

    private static void SetKmsKey(CloudStorageOptions options, string? value)
    {
        options.S3.KmsKeyId = value;
        if (options.S3.Encryption == S3Encryption.Bucket)
        {
            options.S3.Encryption = S3Encryption.Kms;
        }
    }

    /// <summary>What does not fit together.</summary>
    public static IEnumerable<string> FaultsOf(S3Options options)
    {
        if (options.AccessKeyId is null != options.SecretAccessKey is null)
        {
            yield return "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both, or none";
        }

        if (options is { KmsKeyId: not null, Encryption: not S3Encryption.Kms })
        {
            yield return "AWS_S3_KMS_KEY_ID is set, and AWS_S3_ENCRYPTION is not aws:kms: set one of them otherwise";
        }
    }
}

using OrleansRegistry.Settings;

namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>The settings of Google Cloud Storage, by the names that its users know.</summary>
internal static class GcsSettings
{
    public static SettingGroup<CloudStorageOptions> Group { get; } = new SettingGroup<CloudStorageOptions>("Google Cloud Storage")
        .Add(
            "PERSIST_GCS_BUCKET",
            CloudKinds.BucketName,
            "The bucket of the place `gs:`.",
            options => options.Gcs.Bucket,
            (options, value) => options.Gcs.Bucket = value,
            new() { Aliases = ["GCS_BUCKET"], More = CloudKinds.More })
        .Add(
            "PERSIST_GCS_PREFIX",
            SettingKind.Plain("a prefix such as `snapshots/production`", ObjectName.IsValid),
            "What names begin with in that bucket.",
            options => options.Gcs.Prefix,
            (options, value) => options.Gcs.Prefix = value)
        .Add(
            "GOOGLE_APPLICATION_CREDENTIALS",
            SettingKind.Plain("a path"),
            "The file of a service account.",
            options => options.Gcs.CredentialsFile,
            (options, value) => options.Gcs.CredentialsFile = value,
            new() { Unset = "the default credentials of the machine, the container or the user" })
        .Add(
            "PERSIST_GCS_KMS_KEY",
            SettingKind.Plain("the full name of a key of Cloud KMS"),
            "The key that encrypts what is stored.",
            options => options.Gcs.KmsKey,
            (options, value) => options.Gcs.KmsKey = value,
            new() { Unset = "the bucket's" })
        .Add(
            "PERSIST_GCS_MAX_RETRIES",
            SettingKind.Number(0, 100),
            "As `PERSIST_S3_MAX_RETRIES`.",
            options => options.Gcs.MaxRetries,
            (options, value) => options.Gcs.MaxRetries = value)
        .Add(
            "PERSIST_GCS_TIMEOUT",
            SettingKind.Seconds(1, 3600),
            "As `PERSIST_S3_TIMEOUT`.",
            options => options.Gcs.Timeout,
            (options, value) => options.Gcs.Timeout = value)
        .Add(
            "STORAGE_EMULATOR_HOST",
            SettingKind.Text("an http or https URL, or a host with a port"),
            "An emulator of Cloud Storage to use in place of it; it is called without credentials.",
            options => options.Gcs.EmulatorHost,
            (options, value) => options.Gcs.EmulatorHost = value);
}

using OrleansRegistry.Objects.Cloud.Azure;
using OrleansRegistry.Objects.Cloud.Gcs;
using OrleansRegistry.Objects.Cloud.S3;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Objects.Cloud;

/// <summary>The settings of the cloud stores.</summary>
public static class CloudStorageSettings
{
    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<SettingGroup> Groups => All;

    internal static SettingGroup<CloudStorageOptions>[] All { get; } = [Common, S3Settings.Group, GcsSettings.Group, AzureSettings.Group];

    private static SettingGroup<CloudStorageOptions> Common => new SettingGroup<CloudStorageOptions>("Cloud storage")
        .Add(
            "CLOUD_STORAGE_BUCKET",
            CloudKinds.BucketName,
            "The bucket of `s3:`, `gs:` and `az:`, where the store's own setting names none.",
            options => options.Bucket,
            (options, value) => options.Bucket = value,
            new() { More = CloudKinds.More });
}

using OrleansRegistry.Settings;

namespace OrleansRegistry.Objects.Cloud.Azure;

/// <summary>The settings of Azure Blob Storage, by the names that Azure's own programs use where they have one.</summary>
internal static class AzureSettings
{
    public static SettingGroup<CloudStorageOptions> Group { get; } = new SettingGroup<CloudStorageOptions>("Azure Blob Storage")
        .Add(
            "AZURE_STORAGE_CONTAINER",
            CloudKinds.BucketName,
            "The container of the place `az:`.",
            options => options.Azure.Container,
            (options, value) => options.Azure.Container = value,
            new() { More = CloudKinds.More })
        .Add(
            "AZURE_STORAGE_CONNECTION_STRING",
            SettingKind.Text("a connection string of a storage account"),
            "The account with its credentials.",
            options => options.Azure.ConnectionString,
            (options, value) => options.Azure.ConnectionString = value,
            new() { IsSecret = true })
        .Add(
            "AZURE_STORAGE_ACCOUNT",
            SettingKind.Plain("the name of a storage account"),
            "The account, with a key or a token, in place of a connection string.",
            options => options.Azure.Account,
            (options, value) => options.Azure.Account = value)
        .Add(
            "AZURE_STORAGE_KEY",
            SettingKind.Text("a key of the account"),
            "Its key.",
            options => options.Azure.Key,
            (options, value) => options.Azure.Key = value,
            new() { IsSecret = true })
        .Add(
            "AZURE_STORAGE_SAS_TOKEN",
            SettingKind.Text("a shared access signature"),
            "A token in place of the key.",
            options => options.Azure.SasToken,
            (options, value) => options.Azure.SasToken = value,
            new() { IsSecret = true })
        .Add(
            "AZURE_STORAGE_ENDPOINT",
            CloudKinds.Address,
            "Where the account's blobs are.",
            options => options.Azure.Endpoint,
            (options, value) => options.Azure.Endpoint = value,
            new() { Unset = "`https://ACCOUNT.blob.core.windows.net`" })
        .Add(
            "AZURE_STORAGE_ENCRYPTION_SCOPE",
            SettingKind.Plain("the name of an encryption scope"),
            "The scope, and so the key, that blobs are encrypted with.",
            options => options.Azure.EncryptionScope,
            (options, value) => options.Azure.EncryptionScope = value,
            new() { Unset = "the container's" })
        .Add(
            "PERSIST_AZURE_MAX_RETRIES",
            SettingKind.Number(0, 100),
            "As `PERSIST_S3_MAX_RETRIES`.",
            options => options.Azure.MaxRetries,
            (options, value) => options.Azure.MaxRetries = value)
        .Add(
            "PERSIST_AZURE_TIMEOUT",
            SettingKind.Seconds(1, 3600),
            "As `PERSIST_S3_TIMEOUT`.",
            options => options.Azure.Timeout,
            (options, value) => options.Azure.Timeout = value);

    /// <summary>What does not fit together.</summary>
    public static IEnumerable<string> FaultsOf(AzureOptions options)
    {
        if (options is { ConnectionString: not null, Account: not null })
        {
            yield return "AZURE_STORAGE_CONNECTION_STRING and AZURE_STORAGE_ACCOUNT are both set: set one of them";
        }

        if (options is { Key: not null, SasToken: not null })
        {
            yield return "AZURE_STORAGE_KEY and AZURE_STORAGE_SAS_TOKEN are both set: set one of them";
        }

        if (options is { Account: null, ConnectionString: null } and not { Key: null, SasToken: null })
        {
            yield return "AZURE_STORAGE_ACCOUNT is not set, and its key or token is: set it too";
        }
    }
}

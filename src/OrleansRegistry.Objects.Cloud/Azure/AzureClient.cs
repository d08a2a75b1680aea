using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;

namespace OrleansRegistry.Objects.Cloud.Azure;

/// <summary>The SDK's client as the options want it.</summary>
internal static class AzureClient
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);

    /// <param name="options">They name the account.</param>
    /// <param name="http">Its connections; the caller disposes it after the client.</param>
    /// <exception cref="ObjectStoreException">They name none, or the connection string is not one.</exception>
    public static BlobServiceClient Create(AzureOptions options, HttpClient http)
    {
        var settings = new BlobClientOptions { EncryptionScope = options.EncryptionScope, Transport = new HttpClientTransport(http) };

        // Sent again by the SDK, with back-off and jitter.
        settings.Retry.Mode = RetryMode.Exponential;
        settings.Retry.MaxRetries = options.MaxRetries;
        settings.Retry.Delay = options.Tuning.MaxWait < FirstWait ? options.Tuning.MaxWait : FirstWait;
        settings.Retry.MaxDelay = options.Tuning.MaxWait;
        settings.Retry.NetworkTimeout = options.Timeout;
        settings.Diagnostics.IsLoggingContentEnabled = false;

        // The service checks each body, and the SDK each answer, by MD5.
        settings.TransferValidation.Upload.ChecksumAlgorithm = StorageChecksumAlgorithm.MD5;
        try
        {
            return options switch
            {
                { ConnectionString: { } text } => new BlobServiceClient(text, settings),
                { Account: { } account, Key: { } key } => new BlobServiceClient(
                    EndpointOf(options, account), new StorageSharedKeyCredential(account, key), settings),
                { Account: { } account, SasToken: { } token } => new BlobServiceClient(
                    EndpointOf(options, account), new AzureSasCredential(token), settings),
                _ => throw new ObjectStoreException(
                    ObjectStoreError.Configuration,
                    "az: needs AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN."),
            };
        }
        catch (FormatException wrong)
        {
            // The SDK's message may hold the text.
            throw new ObjectStoreException(
                ObjectStoreError.Configuration,
                "AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_KEY is not one: copy it from the account's keys.", wrong);
        }
    }

    private static Uri EndpointOf(AzureOptions options, string account) => new(options.Endpoint ?? $"https://{account}.blob.core.windows.net");
}

using System.Xml;
using Azure;

namespace OrleansRegistry.Objects.Cloud.Azure;

/// <summary>What a call needs, for the message where it is refused.</summary>
/// <param name="Told">As <c>write a</c>.</param>
/// <param name="Action">What the identity must be allowed to do with blobs: <c>write</c>.</param>
/// <param name="SasPermission">The letter that a token needs.</param>
internal sealed record AzureCall(string Told, string Action, char SasPermission)
{
    public static AzureCall List { get; } = new("list", "read", 'l');

    public static AzureCall Put(string name) => new($"write {name}", "write", 'w');

    public static AzureCall Get(string name) => new($"read {name}", "read", 'r');

    public static AzureCall Delete(string name) => new($"delete {name}", "delete", 'd');
}

/// <summary>What the SDK's exceptions mean to callers, and what mends them.</summary>
internal static class AzureFaults
{
    private const string Where = "AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_ENDPOINT";

    public static bool Is(Exception fault) => fault is RequestFailedException or AggregateException or XmlException || NetworkFaults.Is(fault);

    public static bool IsMissing(RequestFailedException refusal) => refusal.Status == 404 && refusal.ErrorCode is not "ContainerNotFound";

    public static ObjectStoreException Translate(string container, AzureCall call, Exception fault)
    {
        var told = $"Could not {call.Told} in the Azure container {container}";

        // What the SDK throws after several attempts.
        var last = fault is AggregateException { InnerExceptions: [.., { } newest] } ? newest : fault;
        if (last is XmlException)
        {
            return new ObjectStoreException(
                ObjectStoreError.Unavailable,
                $"{told}: what answers is not the store, or a proxy in front of it: check AZURE_STORAGE_ENDPOINT.",
                fault);
        }

        if (last is not RequestFailedException { Status: > 0 } refusal)
        {
            return NetworkFaults.Translate(told, Where, last);
        }

        var (error, advice) = Explain(call, refusal);
        return new ObjectStoreException(error, $"{told}: {advice}.", fault);
    }

    private static (ObjectStoreError Error, string Advice) Explain(AzureCall call, RequestFailedException refusal) => refusal.ErrorCode switch
    {
        "ContainerNotFound" or "ContainerBeingDeleted" =>
            (ObjectStoreError.Configuration, "there is no such container: create it, or name another in AZURE_STORAGE_CONTAINER or the place"),
        "ConditionNotMet" => (ObjectStoreError.Unavailable, ResumingStream.Replaced),
        "AuthenticationFailed" or "InvalidAuthenticationInfo" =>
            (ObjectStoreError.Denied, $"the credentials are not accepted ({refusal.ErrorCode}): check the key or token, and this machine's clock"),
        "KeyBasedAuthenticationNotPermitted" =>
            (ObjectStoreError.Denied, "the account does not accept keys: use a token (AZURE_STORAGE_SAS_TOKEN), or allow shared keys"),
        "AccountIsDisabled" => (ObjectStoreError.Denied, "the account is disabled"),
        "RequestBodyTooLarge" or "BlockCountExceedsLimit" => (ObjectStoreError.TooLarge, "it is larger than the store allows"),
        "InvalidResourceName" => (ObjectStoreError.Configuration, "no container has such a name: check AZURE_STORAGE_CONTAINER or the place"),
        "EncryptionScopeNotFound" or "EncryptionScopeDisabled" =>
            (ObjectStoreError.Configuration, "the encryption scope cannot be used: check AZURE_STORAGE_ENCRYPTION_SCOPE"),
        "Md5Mismatch" => (ObjectStoreError.Unavailable, "it got other bytes than were sent, and trying again did not help"),
        _ when refusal.Status is 401 or 403 => (
            ObjectStoreError.Denied,
            $"access is denied ({refusal.ErrorCode ?? $"{refusal.Status}"}): the identity needs "
                + $"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/{call.Action} (role Storage Blob Data Contributor) "
                + $"on the container, a token the permission '{call.SasPermission}'"),
        _ when refusal.Status is >= 500 or 429 or 408 =>
            (ObjectStoreError.Unavailable, $"it failed ({refusal.Status} {refusal.ErrorCode}), and trying again did not help"),
        _ => (ObjectStoreError.Unavailable, $"it refused ({refusal.Status} {refusal.ErrorCode})"),
    };
}

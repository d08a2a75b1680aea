using System.Net;
using Google;
using Google.Apis.Auth.OAuth2.Responses;

namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>What a call needs, for the message where it is refused.</summary>
/// <param name="Told">As <c>write a</c>.</param>
/// <param name="Permission">What the service account must be allowed.</param>
internal sealed record GcsCall(string Told, string Permission)
{
    public static GcsCall List { get; } = new("list", "storage.objects.list");

    public static GcsCall Put(string name) => new($"write {name}", "storage.objects.create, and storage.objects.delete to replace an object,");

    public static GcsCall Get(string name) => new($"read {name}", "storage.objects.get");

    public static GcsCall Delete(string name) => new($"delete {name}", "storage.objects.delete");
}

/// <summary>What the SDK's exceptions mean to callers, and what mends them.</summary>
internal static class GcsFaults
{
    private const string Where = "the network, and STORAGE_EMULATOR_HOST where it is set";

    public static bool Is(Exception fault) =>
        fault is GoogleApiException or TokenResponseException || NetworkFaults.Is(fault);

    /// <summary>True where the object is missing, and not the bucket.</summary>
    public static bool IsMissing(GoogleApiException refusal) => refusal.HttpStatusCode == HttpStatusCode.NotFound && !IsOfBucket(refusal);

    public static ObjectStoreException Translate(string bucket, GcsCall call, Exception fault)
    {
        var told = $"Could not {call.Told} in the Google Cloud Storage bucket {bucket}";
        var (error, advice) = fault switch
        {
            GoogleApiException refusal => Explain(call, refusal),
            TokenResponseException => (
                ObjectStoreError.Denied,
                "the credentials are not accepted: check the service account of GOOGLE_APPLICATION_CREDENTIALS, and this machine's clock"),
            _ => (default, ""),
        };
        return advice.Length > 0 ? new ObjectStoreException(error, $"{told}: {advice}.", fault) : NetworkFaults.Translate(told, Where, fault);
    }

    private static (ObjectStoreError Error, string Advice) Explain(GcsCall call, GoogleApiException refusal) => refusal.HttpStatusCode switch
    {
        HttpStatusCode.NotFound =>
            (ObjectStoreError.Configuration, "there is no such bucket: create it, or name another in PERSIST_GCS_BUCKET or the place"),
        HttpStatusCode.Unauthorized =>
            (ObjectStoreError.Denied, "the credentials are not accepted: check GOOGLE_APPLICATION_CREDENTIALS, and this machine's clock"),
        HttpStatusCode.Forbidden when Message(refusal).Contains("KMS", StringComparison.OrdinalIgnoreCase) => (
            ObjectStoreError.Denied,
            "the KMS key may not be used: give Cloud Storage's service agent roles/cloudkms.cryptoKeyEncrypterDecrypter on PERSIST_GCS_KMS_KEY"),
        HttpStatusCode.Forbidden => (
            ObjectStoreError.Denied,
            $"access is denied: give the service account {call.Permission} on the bucket (roles/storage.objectAdmin has all that is needed)"),
        HttpStatusCode.PreconditionFailed => (ObjectStoreError.Unavailable, ResumingStream.Replaced),
        HttpStatusCode.BadRequest when Message(refusal).Contains("KMS", StringComparison.OrdinalIgnoreCase) =>
            (ObjectStoreError.Configuration, "the KMS key cannot be used: check PERSIST_GCS_KMS_KEY, and that it is in the bucket's location"),
        HttpStatusCode.BadRequest when Message(refusal).Contains("bucket name", StringComparison.OrdinalIgnoreCase) =>
            (ObjectStoreError.Configuration, "no bucket has such a name: check PERSIST_GCS_BUCKET or the place"),
        HttpStatusCode.RequestEntityTooLarge => (ObjectStoreError.TooLarge, "it is larger than the store allows"),
        >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout =>
            (ObjectStoreError.Unavailable, $"it failed ({(int)refusal.HttpStatusCode}), and trying again did not help"),
        _ => (ObjectStoreError.Unavailable, $"it refused ({(int)refusal.HttpStatusCode}): {Message(refusal).TrimEnd('.')}"),
    };

    private static bool IsOfBucket(GoogleApiException refusal) => Message(refusal).Contains("bucket", StringComparison.OrdinalIgnoreCase);

    private static string Message(GoogleApiException refusal) => refusal.Error?.Message ?? "";
}

using System.Net;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.S3;

namespace OrleansRegistry.Objects.Cloud.S3;

/// <summary>What a call needs, for the message where it is refused.</summary>
/// <param name="Told">As <c>write a</c>.</param>
/// <param name="Permission">The action that a policy must allow.</param>
/// <param name="OnBucket">Whether it is one on the bucket, and not on its objects.</param>
internal sealed record S3Call(string Told, string Permission, bool OnBucket = false);

/// <summary>What the SDK's exceptions mean to callers, and what mends them.</summary>
internal sealed partial class S3Faults(S3Options options, string bucket)
{
    private const string Where = "AWS_REGION and AWS_ENDPOINT_URL_S3";

    public static bool Is(Exception fault) => fault is AmazonClientException or AmazonServiceException || NetworkFaults.Is(fault);

    public static bool IsMissing(Exception fault) => fault is AmazonS3Exception
    {
        StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchKey" or "NotFound" or "" or null,
    };

    public static bool IsMissingUpload(Exception fault) => fault is AmazonS3Exception { ErrorCode: "NoSuchUpload" };

    public static bool IsPastEnd(Exception fault) => fault is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable };

    public ObjectStoreException Translate(S3Call call, Exception fault)
    {
        var told = $"Could not {call.Told} in the S3 bucket {bucket}";
        if (fault is not AmazonServiceException refusal || (int)refusal.StatusCode == 0)
        {
            return NetworkFaults.Is(fault.InnerException ?? fault) || NetworkFaults.Is(fault)
                ? NetworkFaults.Translate(told, Where, fault)
                : new ObjectStoreException(OfClient(fault), $"{told}: {AdviceOfClient(fault)}.", fault);
        }

        var (error, advice) = Explain(call, refusal);
        return new ObjectStoreException(error, $"{told}: {advice}.", fault);
    }

    private static ObjectStoreError OfClient(Exception fault) =>
        IsOfCredentials(fault) ? ObjectStoreError.Configuration : ObjectStoreError.Unavailable;

    private static string AdviceOfClient(Exception fault) => IsOfCredentials(fault)
        ? "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run with a role"
        : fault.Message.TrimEnd('.');

    private static bool IsOfCredentials(Exception fault) => fault.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase);

    private (ObjectStoreError Error, string Advice) Explain(S3Call call, AmazonServiceException refusal) => refusal.ErrorCode switch
    {
        "PreconditionFailed" => (ObjectStoreError.Unavailable, ResumingStream.Replaced),
        "NoSuchBucket" => (ObjectStoreError.Configuration, "there is no such bucket: create it, or name another in AWS_S3_BUCKET or the place"),
        "InvalidAccessKeyId" => (ObjectStoreError.Denied, "the key is not known (InvalidAccessKeyId): check AWS_ACCESS_KEY_ID"),
        "SignatureDoesNotMatch" =>
            (ObjectStoreError.Denied, "the signature is wrong (SignatureDoesNotMatch): check AWS_SECRET_ACCESS_KEY, and AWS_REGION"),
        "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" =>
            (ObjectStoreError.Denied, $"the temporary key is over ({refusal.ErrorCode}): renew it and AWS_SESSION_TOKEN"),
        "RequestTimeTooSkewed" => (ObjectStoreError.Configuration, "this machine's clock is wrong (RequestTimeTooSkewed): set it"),
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" or "TemporaryRedirect" =>
            (ObjectStoreError.Configuration, $"the bucket is in another region{RegionOf(refusal)}: set AWS_REGION, which is {options.Region}"),
        "KMS.NotFoundException" or "KMS.DisabledException" or "KMS.KMSInvalidStateException" =>
            (ObjectStoreError.Configuration, $"the KMS key cannot be used ({refusal.ErrorCode}): check AWS_S3_KMS_KEY_ID"),
        "EntityTooLarge" => (ObjectStoreError.TooLarge, "it is larger than the store allows"),
        "XMinioStorageFull" or "QuotaExceeded" or "InsufficientStorage" => (ObjectStoreError.Full, "the store is full: free some room"),
        "InvalidBucketName" => (ObjectStoreError.Configuration, "no bucket has such a name: check AWS_S3_BUCKET or the place"),
        _ when refusal.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => (ObjectStoreError.Denied, Denied(call, refusal)),
        _ when refusal.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect =>
            (ObjectStoreError.Configuration, $"the bucket is in another region{RegionOf(refusal)}: set AWS_REGION, which is {options.Region}"),
        _ when (int)refusal.StatusCode >= 500 || refusal.StatusCode == HttpStatusCode.TooManyRequests =>
            (ObjectStoreError.Unavailable, $"it failed ({(int)refusal.StatusCode} {refusal.ErrorCode}), and trying again did not help"),
        _ => (ObjectStoreError.Unavailable, $"it refused ({(int)refusal.StatusCode} {refusal.ErrorCode}): {refusal.Message.TrimEnd('.')}"),
    };

    private string Denied(S3Call call, AmazonServiceException refusal)
    {
        var code = refusal.ErrorCode is { Length: > 0 } named ? named : $"{(int)refusal.StatusCode}";
        var resource = call.OnBucket ? $"arn:aws:s3:::{bucket}" : $"arn:aws:s3:::{bucket}/*";
        var also = call.Permission switch
        {
            "s3:GetObject" => $", and s3:ListBucket on arn:aws:s3:::{bucket}, without which a missing object is refused too",
            "s3:PutObject" when options.Encryption == S3Encryption.Kms => ", and kms:GenerateDataKey and kms:Decrypt on the KMS key",
            _ => "",
        };
        return $"access is denied ({code}): allow the credentials {call.Permission} on {resource}{also}";
    }

    private static string RegionOf(AmazonServiceException refusal)
    {
        var match = refusal is AmazonS3Exception { ResponseBody: { } body } ? RegionElement().Match(body) : Match.Empty;
        return match.Success ? $" ({match.Groups["region"].Value})" : "";
    }

    [GeneratedRegex("<Region>(?<region>[a-z0-9-]{1,40})</Region>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RegionElement();
}

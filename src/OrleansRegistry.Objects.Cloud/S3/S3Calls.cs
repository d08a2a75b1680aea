namespace OrleansRegistry.Objects.Cloud.S3;

/// <summary>The calls that a store makes, with the permissions that they need.</summary>
internal static class S3Calls
{
    public static S3Call Put(string name) => new($"write {name}", "s3:PutObject");

    public static S3Call Get(string name) => new($"read {name}", "s3:GetObject");

    public static S3Call Delete(string name) => new($"delete {name}", "s3:DeleteObject");

    public static S3Call List { get; } = new("list", "s3:ListBucket", OnBucket: true);

    public static S3Call ListParts(string name) => new($"list the parts of {name}", "s3:ListMultipartUploadParts");

    public static S3Call ListUploads { get; } = new("list uploads", "s3:ListBucketMultipartUploads", OnBucket: true);

    public static S3Call Abort(string name) => new($"drop the upload of {name}", "s3:AbortMultipartUpload");
}

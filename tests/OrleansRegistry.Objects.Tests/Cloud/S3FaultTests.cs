using System.Net;
using OrleansRegistry.Objects.Cloud.S3;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Cloud;

/// <inheritdoc/>
public sealed class S3FaultTests(StoreServers servers) : CloudFaults
{
    [Theory]
    [InlineData(404, "NoSuchBucket", ObjectStoreError.Configuration, "create it, or name another in AWS_S3_BUCKET")]
    [InlineData(403, "AccessDenied", ObjectStoreError.Denied, "allow the credentials s3:PutObject on arn:aws:s3:::bucket/*")]
    [InlineData(403, "InvalidAccessKeyId", ObjectStoreError.Denied, "check AWS_ACCESS_KEY_ID")]
    [InlineData(403, "SignatureDoesNotMatch", ObjectStoreError.Denied, "check AWS_SECRET_ACCESS_KEY")]
    [InlineData(400, "ExpiredToken", ObjectStoreError.Denied, "AWS_SESSION_TOKEN")]
    [InlineData(403, "RequestTimeTooSkewed", ObjectStoreError.Configuration, "this machine's clock is wrong")]
    [InlineData(400, "AuthorizationHeaderMalformed", ObjectStoreError.Configuration, "set AWS_REGION, which is us-east-1")]
    [InlineData(301, "PermanentRedirect", ObjectStoreError.Configuration, "in another region")]
    [InlineData(400, "KMS.NotFoundException", ObjectStoreError.Configuration, "check AWS_S3_KMS_KEY_ID")]
    [InlineData(400, "EntityTooLarge", ObjectStoreError.TooLarge, "larger than the store allows")]
    [InlineData(507, "XMinioStorageFull", ObjectStoreError.Full, "the store is full")]
    [InlineData(400, "InvalidBucketName", ObjectStoreError.Configuration, "check AWS_S3_BUCKET")]
    public async Task A_refusal_says_what_is_missing(int status, string code, ObjectStoreError error, string part)
    {
        var told = await RefusedAsync(status, code, store => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Equal(error, told.Error);
        Assert.Contains("Could not write a in the S3 bucket bucket", told.Message, StringComparison.Ordinal);
        Assert.Contains(part, told.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Permissions { get; } = new()
    {
        { "get", "s3:GetObject on arn:aws:s3:::bucket/*, and s3:ListBucket on arn:aws:s3:::bucket" },
        { "delete", "s3:DeleteObject on arn:aws:s3:::bucket/*" },
        { "list", "s3:ListBucket on arn:aws:s3:::bucket" },
        { "parts", "s3:ListMultipartUploadParts on arn:aws:s3:::bucket/*" },
        { "abort", "s3:AbortMultipartUpload on arn:aws:s3:::bucket/*" },
        { "sweep", "s3:ListBucketMultipartUploads on arn:aws:s3:::bucket" },
    };

    [Theory]
    [MemberData(nameof(Permissions))]
    public async Task Each_call_names_its_permission(string call, string permission)
    {
        var told = await RefusedAsync(403, "AccessDenied", store => call switch
        {
            "get" => store.ReadAsync("a"),
            "delete" => store.DeleteAsync("a"),
            "list" => store.NamesAsync(""),
            "parts" => store.ListPartsAsync("a", "u"),
            "abort" => store.AbortUploadAsync("a", "u"),
            _ => store.SweepAsync(default),
        });

        Assert.Equal(ObjectStoreError.Denied, told.Error);
        Assert.Contains(permission, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_told_by_the_server()
    {
        await using var store = new S3ObjectStore(S3.Options(await servers.S3Async()), "no-such-bucket", "");

        foreach (var call in (Func<Task>[])[() => store.PutAsync("a", Bytes.Stream([1])), () => store.ReadAsync("a"), () => store.NamesAsync("")])
        {
            var told = await Assert.ThrowsAsync<ObjectStoreException>(call);
            Assert.Equal(ObjectStoreError.Configuration, told.Error);
            Assert.Contains("there is no such bucket", told.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(S3Encryption.Aes256, null, "AES256")]
    [InlineData(S3Encryption.Kms, "key-1", "aws:kms")]
    [InlineData(S3Encryption.Bucket, null, null)]
    public async Task Encryption_is_asked_for(S3Encryption encryption, string? key, string? header)
    {
        var (faults, handler) = Faults.New();
        var asked = new List<(string? Method, string? Key)>();
        faults.Instead = (request, _, _) =>
        {
            asked.Add((Header(request, "x-amz-server-side-encryption"), Header(request, "x-amz-server-side-encryption-aws-kms-key-id")));
            return Task.FromResult<HttpResponseMessage?>(Faults.Answer(HttpStatusCode.Forbidden));
        };
        var options = S3.Options(new Uri("http://127.0.0.1:1"));
        options.Encryption = encryption;
        options.KmsKeyId = key;
        options.Tuning.NewHandler = handler;
        await using var store = new S3ObjectStore(options, "bucket", "");

        await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.BeginUploadAsync("a"));

        Assert.Equal([(header, key), (header, key)], asked);
    }

    protected override async Task<IObjectStore> OpenAsync(Func<HttpMessageHandler>? newHandler, int? through, TimeSpan timeout, int retries)
    {
        var endpoint = await servers.S3Async();
        var options = S3.Options(through is { } port ? new UriBuilder(endpoint) { Port = port }.Uri : endpoint);
        options.Timeout = timeout;
        options.MaxRetries = retries;
        options.Tuning.NewHandler = newHandler ?? options.Tuning.NewHandler;
        return new S3ObjectStore(options, await S3.CreateBucketAsync(endpoint), "");
    }

    protected override Task<Uri> ServerAsync() => servers.S3Async();

    protected override HttpResponseMessage? AnswerAsIfStored(HttpRequestMessage request)
    {
        var query = request.RequestUri!.Query;
        if (request.Method == HttpMethod.Put)
        {
            var answer = Faults.Answer(HttpStatusCode.OK);
            answer.Headers.TryAddWithoutValidation("ETag", "\"0123456789abcdef0123456789abcdef\"");
            return answer;
        }

        return request.Method != HttpMethod.Post ? null : Faults.Answer(
            HttpStatusCode.OK,
            query.Contains("uploads", StringComparison.Ordinal)
                ? "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
                : "<CompleteMultipartUploadResult><ETag>\"0123-2\"</ETag></CompleteMultipartUploadResult>");
    }

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    private static async Task<ObjectStoreException> RefusedAsync(int status, string code, Func<IObjectStore, Task> call)
    {
        var (faults, handler) = Faults.New();
        var body = $"<Error><Code>{code}</Code><Message>m</Message><Region>eu-west-1</Region></Error>";
        faults.Instead = (_, _, _) => Task.FromResult<HttpResponseMessage?>(Faults.Answer((HttpStatusCode)status, body));
        var options = S3.Options(new Uri("http://127.0.0.1:1"));
        options.MaxRetries = 0;
        options.Tuning.NewHandler = handler;
        await using var store = new S3ObjectStore(options, "bucket", "");
        return await Assert.ThrowsAsync<ObjectStoreException>(() => call(store));
    }
}

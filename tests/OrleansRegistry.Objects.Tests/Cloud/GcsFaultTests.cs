using System.Net;
using OrleansRegistry.Objects.Cloud.Gcs;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Cloud;

/// <inheritdoc/>
public sealed class GcsFaultTests(StoreServers servers) : CloudFaults
{
    [Theory]
    [InlineData(404, "The specified bucket does not exist.", ObjectStoreError.Configuration, "create it, or name another in PERSIST_GCS_BUCKET")]
    [InlineData(401, "Invalid Credentials", ObjectStoreError.Denied, "check GOOGLE_APPLICATION_CREDENTIALS")]
    [InlineData(403, "x does not have storage.objects.create access", ObjectStoreError.Denied, "give the service account storage.objects.create")]
    [InlineData(403, "Permission denied on Cloud KMS key.", ObjectStoreError.Denied, "roles/cloudkms.cryptoKeyEncrypterDecrypter")]
    [InlineData(400, "Invalid KMS key", ObjectStoreError.Configuration, "check PERSIST_GCS_KMS_KEY")]
    [InlineData(400, "Invalid bucket name: 'X'", ObjectStoreError.Configuration, "check PERSIST_GCS_BUCKET")]
    [InlineData(413, "Too large", ObjectStoreError.TooLarge, "larger than the store allows")]
    [InlineData(409, "Conflict", ObjectStoreError.Unavailable, "it refused (409): Conflict")]
    public async Task A_refusal_says_what_is_missing(int status, string message, ObjectStoreError error, string part)
    {
        var (faults, handler) = Faults.New();
        var body = $$$"""{"error":{"code":{{{status}}},"message":"{{{message}}}","errors":[]}}""";
        faults.Instead = (_, _, _) => Task.FromResult<HttpResponseMessage?>(Faults.Answer((HttpStatusCode)status, body, "application/json"));
        var options = GcsStore.Options(new Uri("http://127.0.0.1:1"));
        options.MaxRetries = 0;
        options.Tuning.NewHandler = handler;
        await using var store = new GcsObjectStore(options, "bucket", "");

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Equal(error, told.Error);
        Assert.Contains("Could not write a in the Google Cloud Storage bucket bucket", told.Message, StringComparison.Ordinal);
        Assert.Contains(part, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_told_by_the_server()
    {
        await using var store = new GcsObjectStore(GcsStore.Options((await servers.GcsAsync()).Address), "no-such-bucket", "");

        foreach (var call in (Func<Task>[])[() => store.PutAsync("a", Bytes.Stream([1])), () => store.ReadAsync("a"), () => store.NamesAsync("")])
        {
            var told = await Assert.ThrowsAsync<ObjectStoreException>(call);
            Assert.Equal(ObjectStoreError.Configuration, told.Error);
            Assert.Contains("there is no such bucket", told.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_key_of_KMS_is_asked_for()
    {
        var server = await servers.GcsAsync();
        var options = GcsStore.Options(server.Address);
        options.KmsKey = "projects/p/locations/l/keyRings/r/cryptoKeys/of-this-test";
        await using var store = new GcsObjectStore(options, "kms", "");

        await store.PutAsync("a", Bytes.Stream([1]));

        Assert.Contains(options.KmsKey, server.KmsKeys);
    }

    [Fact]
    public async Task Missing_credentials_are_told()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in (string[])[folder.File("none.json"), folder.Write("odd.json", "{"), folder.Write("other.json", "{}")])
        {
            await using var store = new GcsObjectStore(new GcsOptions { CredentialsFile = file }, "bucket", "");

            var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

            Assert.Equal(ObjectStoreError.Configuration, told.Error);
            Assert.Contains("set GOOGLE_APPLICATION_CREDENTIALS", told.Message, StringComparison.Ordinal);
        }
    }

    protected override async Task<IObjectStore> OpenAsync(Func<HttpMessageHandler>? newHandler, int? through, TimeSpan timeout, int retries)
    {
        var server = await ServerAsync();
        var options = GcsStore.Options(through is { } port ? new UriBuilder(server) { Port = port }.Uri : server);
        options.Timeout = timeout;
        options.MaxRetries = retries;
        options.Tuning.NewHandler = newHandler ?? options.Tuning.NewHandler;
        return new GcsObjectStore(options, $"f-{Guid.NewGuid():N}", "");
    }

    protected override async Task<Uri> ServerAsync() => (await servers.GcsAsync()).Address;

    protected override HttpResponseMessage? AnswerAsIfStored(HttpRequestMessage request)
    {
        var answer = Faults.Answer(HttpStatusCode.OK, """{"name":"a","size":"5","generation":"77","crc32c":"AAAAAA=="}""", "application/json");
        if (request.Method == HttpMethod.Post)
        {
            answer.Headers.Location = new Uri(request.RequestUri!, "/upload/storage/v1/b/x/o?upload_id=1");
            return answer;
        }

        if (request.Method == HttpMethod.Put && request.Content!.Headers.ContentRange is { HasLength: false, To: { } to })
        {
            answer.StatusCode = HttpStatusCode.PermanentRedirect;
            answer.Headers.TryAddWithoutValidation("Range", $"bytes=0-{to}");
            return answer;
        }

        return request.Method == HttpMethod.Put ? answer : null;
    }
}

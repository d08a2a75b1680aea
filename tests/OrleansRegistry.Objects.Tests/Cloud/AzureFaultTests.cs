using System.Net;
using OrleansRegistry.Objects.Cloud.Azure;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Cloud;

/// <inheritdoc/>
public sealed class AzureFaultTests(StoreServers servers) : CloudFaults
{
    [Theory]
    [InlineData(404, "ContainerNotFound", ObjectStoreError.Configuration, "create it, or name another in AZURE_STORAGE_CONTAINER")]
    [InlineData(403, "AuthenticationFailed", ObjectStoreError.Denied, "check the key or token, and this machine's clock")]
    [InlineData(403, "AuthorizationPermissionMismatch", ObjectStoreError.Denied, "blobs/write (role Storage Blob Data Contributor)")]
    [InlineData(403, "KeyBasedAuthenticationNotPermitted", ObjectStoreError.Denied, "does not accept keys")]
    [InlineData(403, "AccountIsDisabled", ObjectStoreError.Denied, "the account is disabled")]
    [InlineData(413, "RequestBodyTooLarge", ObjectStoreError.TooLarge, "larger than the store allows")]
    [InlineData(400, "InvalidResourceName", ObjectStoreError.Configuration, "check AZURE_STORAGE_CONTAINER")]
    [InlineData(409, "EncryptionScopeDisabled", ObjectStoreError.Configuration, "check AZURE_STORAGE_ENCRYPTION_SCOPE")]
    [InlineData(503, "ServerBusy", ObjectStoreError.Unavailable, "it failed (503 ServerBusy)")]
    [InlineData(409, "BlobImmutableDueToPolicy", ObjectStoreError.Unavailable, "it refused (409 BlobImmutableDueToPolicy)")]
    public async Task A_refusal_says_what_is_missing(int status, string code, ObjectStoreError error, string part)
    {
        var (faults, handler) = Faults.New();
        faults.Instead = (_, _, _) =>
        {
            var answer = Faults.Answer((HttpStatusCode)status, $"<Error><Code>{code}</Code><Message>m</Message></Error>");
            answer.Headers.Add("x-ms-error-code", code);
            return Task.FromResult<HttpResponseMessage?>(answer);
        };
        var options = AzureStore.Options(new Uri("http://127.0.0.1:1"));
        options.MaxRetries = 0;
        options.Tuning.NewHandler = handler;
        await using var store = new AzureObjectStore(options, "container", "");

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Equal(error, told.Error);
        Assert.Contains("Could not write a in the Azure container container", told.Message, StringComparison.Ordinal);
        Assert.Contains(part, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_told_by_the_server()
    {
        await using var store = new AzureObjectStore(AzureStore.Options(await servers.AzureAsync()), "no-such-container", "");

        foreach (var call in (Func<Task>[])[() => store.PutAsync("a", Bytes.Stream([1])), () => store.ReadAsync("a"), () => store.NamesAsync("")])
        {
            var told = await Assert.ThrowsAsync<ObjectStoreException>(call);
            Assert.Equal(ObjectStoreError.Configuration, told.Error);
            Assert.Contains("there is no such container", told.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_wrong_key_is_told_by_the_server()
    {
        var options = AzureStore.Options(await servers.AzureAsync());
        options.Key = Convert.ToBase64String(new byte[64]);
        await using var store = new AzureObjectStore(options, "container", "");

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Equal(ObjectStoreError.Denied, told.Error);
    }

    [Fact]
    public async Task An_answer_that_is_not_the_store_s_is_told()
    {
        var (faults, handler) = Faults.New();
        faults.Instead = (_, _, _) => Task.FromResult<HttpResponseMessage?>(Faults.Answer(HttpStatusCode.BadGateway, "<html>"));
        var options = AzureStore.Options(new Uri("http://127.0.0.1:1"));
        options.MaxRetries = 1;
        options.Tuning.NewHandler = handler;
        await using var store = new AzureObjectStore(options, "container", "");

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Equal(ObjectStoreError.Unavailable, told.Error);
        Assert.Contains("check AZURE_STORAGE_ENDPOINT", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_or_malformed_credentials_are_told_and_not_shown()
    {
        var none = Assert.Throws<ObjectStoreException>(() => new AzureObjectStore(new AzureOptions(), "container", ""));
        Assert.Contains("needs AZURE_STORAGE_CONNECTION_STRING", none.Message, StringComparison.Ordinal);

        var odd = Assert.Throws<ObjectStoreException>(() => new AzureObjectStore(new AzureOptions { ConnectionString = "hunter2" }, "container", ""));
        Assert.Equal(ObjectStoreError.Configuration, odd.Error);
        Assert.DoesNotContain("hunter2", odd.Message, StringComparison.Ordinal);
    }

    protected override async Task<IObjectStore> OpenAsync(Func<HttpMessageHandler>? newHandler, int? through, TimeSpan timeout, int retries)
    {
        var server = await servers.AzureAsync();
        var options = AzureStore.Options(through is { } port ? new UriBuilder(server) { Port = port }.Uri : server);
        options.Timeout = timeout;
        options.MaxRetries = retries;
        options.Tuning.NewHandler = newHandler ?? options.Tuning.NewHandler;
        return new AzureObjectStore(options, await AzureStore.CreateContainerAsync(server), "");
    }

    protected override Task<Uri> ServerAsync() => servers.AzureAsync();

    protected override HttpResponseMessage? AnswerAsIfStored(HttpRequestMessage request)
    {
        if (request.Method != HttpMethod.Put)
        {
            return null;
        }

        var answer = Faults.Answer(HttpStatusCode.Created);
        answer.Headers.TryAddWithoutValidation("ETag", "\"0x1\"");
        answer.Content.Headers.LastModified = DateTimeOffset.UtcNow;
        return answer;
    }
}

using System.Diagnostics;
using System.Net;
using System.Text;
using OrleansRegistry.Objects.Tests.Support;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Objects.Tests.Cloud;

/// <summary>What goes wrong on the way to a cloud: nothing is lost, and a message says what happened.</summary>
public abstract class CloudFaults
{
    private const int Long = (8 * 1024 * 1024) + 100;

    /// <summary>A store of its own, whose requests pass through.</summary>
    /// <param name="newHandler">The handler of its connections; null: its own.</param>
    /// <param name="through">The port to connect to; null: the server's.</param>
    /// <param name="timeout">How long an attempt may take.</param>
    /// <param name="retries">How often to try again.</param>
    protected abstract Task<IObjectStore> OpenAsync(Func<HttpMessageHandler>? newHandler, int? through, TimeSpan timeout, int retries);

    protected abstract Task<Uri> ServerAsync();

    /// <summary>Whether a request stores an object, or the parts of one, and what the server answers to it.</summary>
    protected abstract HttpResponseMessage? AnswerAsIfStored(HttpRequestMessage request);

    [Fact]
    public async Task A_store_that_fails_every_third_request_loses_nothing()
    {
        var (faults, handler) = Faults.New();
        await using var store = await OpenAsync(handler, null, TimeSpan.FromSeconds(30), retries: 8);
        faults.Instead = (_, number, _) => Task.FromResult(number % 3 == 0 ? Faults.Answer(HttpStatusCode.ServiceUnavailable) : null);
        var content = Bytes.Random(Long);

        await store.PutAsync("a", Bytes.Stream("small"u8.ToArray()));
        await store.PutAsync("b", Bytes.Stream(content));
        await store.PutAsync("c", Bytes.Stream([]));
        await store.DeleteAsync("c");

        Assert.Equal("small"u8.ToArray(), await store.ReadAsync("a"));
        Assert.Equal(content, await store.ReadAsync("b"));
        Assert.Equal(["a", "b"], await store.NamesAsync(""));
        Assert.True(faults.Count >= 3, $"{faults.Count} faults");
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task A_store_that_goes_on_failing_is_told(HttpStatusCode status)
    {
        var (faults, handler) = Faults.New();
        await using var store = await OpenAsync(handler, null, TimeSpan.FromSeconds(30), retries: 2);
        faults.Instead = (_, _, _) => Task.FromResult<HttpResponseMessage?>(Faults.Answer(status));

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Equal(ObjectStoreError.Unavailable, told.Error);
        Assert.Contains("Could not write a", told.Message, StringComparison.Ordinal);
        Assert.Contains("trying again did not help", told.Message, StringComparison.Ordinal);
        Assert.Equal(3, faults.Requests);
    }

    [Fact]
    public async Task What_will_not_pass_is_not_tried_again()
    {
        var (faults, handler) = Faults.New();
        await using var store = await OpenAsync(handler, null, TimeSpan.FromSeconds(30), retries: 5);
        faults.Instead = (_, _, _) => Task.FromResult<HttpResponseMessage?>(Faults.Answer(HttpStatusCode.Forbidden));

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Equal(ObjectStoreError.Denied, told.Error);
        Assert.Equal(1, faults.Requests);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(Long)]
    public async Task A_store_that_answers_success_and_keeps_nothing_is_found_out(int size)
    {
        var (faults, handler) = Faults.New();
        await using var store = await OpenAsync(handler, null, TimeSpan.FromSeconds(30), retries: 2);
        faults.Instead = (request, _, _) => Task.FromResult(AnswerAsIfStored(request));

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream(Bytes.Random(size))));

        Assert.Equal(ObjectStoreError.Unavailable, told.Error);
        Assert.Contains("answered that it stored a, and has no such object", told.Message, StringComparison.Ordinal);
        Assert.True(faults.Count > 0);
    }

    [Fact]
    public async Task A_store_that_keeps_the_object_before_is_found_out()
    {
        var (faults, handler) = Faults.New();
        await using var store = await OpenAsync(handler, null, TimeSpan.FromSeconds(30), retries: 2);
        await store.PutAsync("a", Bytes.Stream([1, 2, 3]));
        faults.Instead = (request, _, _) => Task.FromResult(AnswerAsIfStored(request));

        await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([4, 5, 6])));

        Assert.Equal([1, 2, 3], await store.ReadAsync("a"));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_given_up_in_time()
    {
        var (faults, handler) = Faults.New();
        await using var store = await OpenAsync(handler, null, TimeSpan.FromSeconds(0.3), retries: 1);
        faults.Instead = async (_, _, stop) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(30), stop);
            return null;
        };
        var watch = Stopwatch.StartNew();

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Equal(ObjectStoreError.Unavailable, told.Error);
        Assert.Contains("did not answer in time", told.Message, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.5, 20);
        Assert.Equal(2, faults.Requests);
    }

    [Theory]
    [InlineData(Cut.BeforeRequest)]
    [InlineData(Cut.WithinRequest)]
    [InlineData(Cut.BeforeAnswer)]
    public async Task A_put_that_is_cut_is_sent_again(Cut cut)
    {
        using var proxy = new CuttingProxy("127.0.0.1", (await ServerAsync()).Port);
        await using var store = await OpenAsync(null, proxy.Port, TimeSpan.FromSeconds(30), retries: 5);
        var content = Bytes.Random(Long);
        "cut-me"u8.CopyTo(content.AsSpan(Long - 50));
        proxy.CutAt("cut-me", cut, times: 2);

        Assert.Equal(Long, (await store.PutAsync("a", Bytes.Stream(content))).Size);

        Assert.Equal(content, await store.ReadAsync("a"));

        // Cloud Storage is asked first how much it has, and is not sent what it has got.
        Assert.InRange(proxy.Cuts, 1, 2);
    }

    [Fact]
    public async Task A_read_that_is_cut_goes_on()
    {
        using var proxy = new CuttingProxy("127.0.0.1", (await ServerAsync()).Port);
        await using var store = await OpenAsync(null, proxy.Port, TimeSpan.FromSeconds(30), retries: 5);
        var content = Bytes.Random(3_000_000);
        await store.PutAsync("cut-me", Bytes.Stream(content));
        proxy.CutAt("GET", Cut.WithinAnswer, times: 2);

        Assert.Equal(content, await store.ReadAsync("cut-me"));

        Assert.Equal(2, proxy.Cuts);
    }

    [Fact]
    public async Task A_read_of_an_object_that_is_put_anew_meanwhile_does_not_mix_them()
    {
        using var proxy = new CuttingProxy("127.0.0.1", (await ServerAsync()).Port);
        await using var store = await OpenAsync(null, proxy.Port, TimeSpan.FromSeconds(30), retries: 2);
        await store.PutAsync("a", Bytes.Stream(Bytes.Random(3_000_000)));
        proxy.CutAt("GET", Cut.WithinAnswer);
        await using var reader = await store.OpenAsync("a");
        await store.PutAsync("a", Bytes.Stream(new byte[3_000_000]));

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => reader.CopyToAsync(Stream.Null));

        Assert.Equal(ObjectStoreError.Unavailable, told.Error);
        Assert.Contains("was put anew while it was read", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_told()
    {
        using var proxy = new CuttingProxy("127.0.0.1", 1);
        await using var store = await OpenAsync(null, 1, TimeSpan.FromSeconds(5), retries: 1);

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("a", Bytes.Stream([1])));

        Assert.Equal(ObjectStoreError.Unavailable, told.Error);
        Assert.Contains("it refuses connections", told.Message, StringComparison.Ordinal);
    }

    protected static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}

using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Embeddings.Tests;

public sealed class EndpointTests
{
    private const string Key = "sk-not-to-be-seen";
    private const string Two = """{"data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[1,0]}]}""";

    [Fact]
    public async Task Texts_go_to_the_endpoint_with_model_and_key_and_vectors_come_back_in_their_order()
    {
        var body = "";
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await ScriptedServer.Say(200, Two)(context);
        });
        var vectors = await EmbedAsync(server, path: "v1/");

        Assert.Equal([[1f, 0f], [0f, 1f]], vectors);
        Assert.Equal("/v1/embeddings", server.Requests[0].Target);
        Assert.Equal($"Bearer {Key}", server.Requests[0].Headers.Authorization);
        Assert.Equal("""{"model":"m","input":["a","b"]}""", body);
    }

    [Fact]
    public async Task What_passes_is_tried_again()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Say(503, ""), ScriptedServer.Say(429, "", retryAfter: 0), ScriptedServer.Say(200, Two));
        Assert.Equal(2, (await EmbedAsync(server)).Count);
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData(401, "", "401")]
    [InlineData(307, "", "307")]
    [InlineData(200, "[]", "not as OpenAI's")]
    [InlineData(200, "no", "not as OpenAI's")]
    [InlineData(200, "{}", "one vector for each text")]
    [InlineData(200, """{"data":[{"embedding":[1,0]}]}""", "one vector for each text")]
    [InlineData(200, """{"data":[{"embedding":[1,0]},{"embedding":[1]}]}""", "one vector for each text")]
    [InlineData(200, """{"data":[{"embedding":[1,0]},{"embedding":[0,0]}]}""", "one vector for each text")]
    [InlineData(200, """{"data":[{"index":0,"embedding":[1,0]},{"index":7,"embedding":[1,0]}]}""", "one vector for each text")]
    [InlineData(200, """{"data":[{"embedding":[1,0]},{"embedding":[1e39,0]}]}""", "one vector for each text")]
    public async Task What_is_no_answer_is_a_fault_that_says_so_without_the_key(int status, string body, string reason)
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say(status, body));
        var fault = await Assert.ThrowsAsync<EmbeddingException>(() => EmbedAsync(server));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, fault.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_endpoint_that_is_silent_is_a_fault_after_the_timeout()
    {
        var never = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync(_ => never.Task);
        var fault = await Assert.ThrowsAsync<EmbeddingException>(() => EmbedAsync(server, timeout: TimeSpan.FromMilliseconds(150)));
        never.SetResult();
        Assert.Contains("in time", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_a_fault()
    {
        Uri address;
        await using (var server = await ScriptedServer.StartAsync(ScriptedServer.Say(200, Two)))
        {
            address = server.Address;
        }

        var fault = await Assert.ThrowsAsync<EmbeddingException>(() => EmbedAsync(address));
        Assert.Contains("could not be reached", fault.Message, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<float[]>> EmbedAsync(ScriptedServer server, string path = "v1/embeddings", TimeSpan? timeout = null) =>
        EmbedAsync(server.Address, path, timeout);

    private static async Task<IReadOnlyList<float[]>> EmbedAsync(Uri address, string path = "v1/embeddings", TimeSpan? timeout = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.AddRegistryEmbeddings(options =>
        {
            options.Source = $"{address}{path}";
            options.Model = "m";
            options.Key = Key;
            options.Pause = TimeSpan.FromMilliseconds(1);
            options.Timeout = timeout ?? options.Timeout;
        });
        await using var services = builder.Services.BuildServiceProvider();
        var embedder = services.GetRequiredService<ITextEmbedder>();
        Assert.StartsWith("m at 127.0.0.1:", embedder.Model, StringComparison.Ordinal);
        return await embedder.EmbedAsync(["a", "b"], TestContext.Current.CancellationToken);
    }
}

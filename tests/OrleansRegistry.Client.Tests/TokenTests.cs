using System.Net;

namespace OrleansRegistry.Client.Tests;

/// <summary>The token that requests carry.</summary>
public sealed class TokenTests
{
    [Fact]
    public async Task A_token_goes_with_each_request_and_a_file_is_read_anew_when_it_changes()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, " first\n", TestContext.Current.CancellationToken);
            using var seen = new Recorder();
            using var http = new HttpClient(seen) { BaseAddress = new Uri("http://registry.example") };
            using var client = new RegistryClient(http, new RegistryClientOptions { Token = RegistryToken.FromFile(path), Retries = 0 });
            await Assert.ThrowsAsync<RegistryException>(() => AskAsync(client));
            await File.WriteAllTextAsync(path, "second", TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(10));
            await Assert.ThrowsAsync<RegistryException>(() => AskAsync(client));
            Assert.Equal(["Bearer first", "Bearer second"], seen.Tokens);
            File.Delete(path);
            Assert.Equal("token", (await Assert.ThrowsAsync<RegistryException>(() => AskAsync(client))).Field);
            Assert.Equal(2, seen.Tokens.Count);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("a b")]
    [InlineData("a\r\nX-Evil: b")]
    [InlineData("ü")]
    public void What_no_header_can_have_is_no_token(string text) => Assert.Throws<ArgumentException>(() => RegistryToken.Of(text));

    private static async Task AskAsync(RegistryClient client) =>
        await client.Agents.GetAsync(Caller.Default, "a", ReadConsistency.Local, TestContext.Current.CancellationToken);

    private sealed class Recorder : HttpMessageHandler
    {
        public List<string?> Tokens { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Tokens.Add(request.Headers.Authorization?.ToString());
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("{}") });
        }
    }
}

using OrleansRegistry.Rest.Tests;
using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Http.Tests.Tokens;

/// <summary>Where keys come from, how they change, and what happens while they cannot be had.</summary>
public sealed class TokenKeyTests
{
    [Fact]
    public async Task A_new_key_counts_with_its_first_token_and_an_old_one_until_the_keys_are_read_without_it()
    {
        await using var host = await TokenHost.StartAsync();
        using var next = new TokenMaker("two");
        var old = host.Key.Make(host.Now);
        Assert.Equal("acme/ann", await host.CallerAsync(old));
        host.Time.Advance(TokenKeys.Pause);
        host.Idp.Keys = $$"""{"keys":[{{host.Key.Jwk}},{{next.Jwk}}]}""";
        Assert.Equal("acme/ann", await host.CallerAsync(next.Make(host.Now)));
        Assert.Equal("acme/ann", await host.CallerAsync(old));

        // The old key goes: a token of it that is remembered as good goes with it.
        host.Idp.Keys = next.KeySet;
        host.Time.Advance(TimeSpan.FromMinutes(5));
        for (var tries = 0; (await host.AskAsync(old)).IsSuccessStatusCode; tries++)
        {
            Assert.True(tries < 1000);
        }

        await TokenTests.RefusesAsync(host, old, "kid");
    }

    [Fact]
    public async Task Unknown_keys_are_looked_for_now_and_then_only()
    {
        await using var host = await TokenHost.StartAsync();
        using var stranger = new TokenMaker("stranger");
        await host.CallerAsync(host.Key.Make(host.Now));
        for (var i = 0; i < 5; i++)
        {
            await TokenTests.RefusesAsync(host, stranger.Make(host.Now), "kid");
        }

        Assert.Equal(1, host.Idp.Asked);
        host.Time.Advance(TokenKeys.Pause);
        await TokenTests.RefusesAsync(host, stranger.Make(host.Now), "kid");
        await TokenTests.RefusesAsync(host, host.Key.Sign("""{"alg":"ES256"}""", TokenMaker.Claims(host.Now)), "kid");
        Assert.Equal(2, host.Idp.Asked);
    }

    [Fact]
    public async Task While_the_provider_is_down_known_keys_go_on_and_others_are_503()
    {
        await using var host = await TokenHost.StartAsync();
        using var next = new TokenMaker("two");
        await host.CallerAsync(host.Key.Make(host.Now));
        (host.Idp.IsDown, host.Idp.Keys) = (true, next.KeySet);
        host.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("acme/bob", await host.CallerAsync(host.Key.Make(host.Now, ("sub", "bob"))));
        host.Time.Advance(TokenKeys.Pause);
        var answer = await host.AskAsync(next.Make(host.Now));
        Assert.Equal("5", answer.Headers.RetryAfter?.ToString());
        await answer.ProblemAsync(503);
        host.Idp.IsDown = false;
        host.Time.Advance(TokenKeys.Pause);
        Assert.Equal("acme/ann", await host.CallerAsync(next.Make(host.Now)));
    }

    [Fact]
    public async Task Where_no_keys_were_ever_read_all_tokens_are_503_and_health_is_as_it_was()
    {
        await using var host = await TokenHost.StartAsync();
        host.Idp.IsDown = true;
        await (await host.AskAsync(host.Key.Make(host.Now))).ProblemAsync(503);
        await (await host.Client.SendAsync("GET", "/me")).ProblemAsync(401);
        await (await host.Client.SendAsync("GET", "/health/live")).JsonAsync();
    }

    [Theory]
    [InlineData("""{"issuer":"https://evil.example","jwks_uri":"https://idp.example/keys"}""", null)]
    [InlineData("""{"issuer":"https://idp.example","jwks_uri":"http://idp.example/keys"}""", null)]
    [InlineData("""{"issuer":"https://idp.example"}""", null)]
    [InlineData("[]", null)]
    [InlineData("<html>", null)]
    [InlineData(null, "<html>")]
    [InlineData(null, "{}")]
    [InlineData(null, """{"keys":[{"kty":"oct","kid":"one","k":"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}""")]
    public async Task A_provider_that_tells_something_else_is_as_if_it_were_down(string? discovery, string? keys)
    {
        await using var host = await TokenHost.StartAsync();
        (host.Idp.Discovery, host.Idp.Keys) = (discovery ?? host.Idp.Discovery, keys ?? host.Idp.Keys);
        await (await host.AskAsync(host.Key.Make(host.Now))).ProblemAsync(503);
    }

    [Fact]
    public async Task Keys_may_be_given_in_a_file_that_changes()
    {
        var path = Path.GetTempFileName();
        try
        {
            await using var host = await TokenHost.StartAsync(options =>
                (options.Tokens.Authority, options.Tokens.KeySet, options.Tokens.Issuers) = (null, path, [TokenMaker.Issuer]));
            await (await host.AskAsync(host.Key.Make(host.Now))).ProblemAsync(503);
            await File.WriteAllTextAsync(path, host.Key.KeySet, TestContext.Current.CancellationToken);
            host.Time.Advance(TokenKeys.Pause);
            Assert.Equal("acme/ann", await host.CallerAsync(host.Key.Make(host.Now)));
            Assert.Equal(0, host.Idp.Asked);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_stream_ends_with_its_token_and_says_so()
    {
        await using var host = await TokenHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events");
        request.Headers.Authorization = new("Bearer", host.Key.Make(host.Now, ("exp", host.Now.AddMinutes(1).ToUnixTimeSeconds())));
        using var answer = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
        await host.Events.Writer.WriteAsync("a", TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        for (var line = ""; line != "event: thing";)
        {
            line = await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new EndOfStreamException();
        }

        host.Time.Advance(TimeSpan.FromSeconds(91));
        var rest = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("event: bye", rest, StringComparison.Ordinal);
        Assert.Contains("expired", rest, StringComparison.Ordinal);
    }
}

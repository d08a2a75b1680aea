using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Rest.Tests;
using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Http.Tests.Tokens;

/// <summary>A front end that asks for tokens, at a time that stands still, and the provider that it reads keys from.</summary>
internal sealed class TokenHost : IAsyncDisposable
{
    private FrontEndHost? host;

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.Parse("2026-05-01T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture));

    public TokenMaker Key { get; } = new();

    public Provider Idp { get; } = new();

    public Channel<string> Events { get; } = Channel.CreateUnbounded<string>();

    public HttpClient Client => host!.Client;

    public DateTimeOffset Now => Time.GetUtcNow();

    public static async Task<TokenHost> StartAsync(Action<RegistryHttpOptions>? configure = null)
    {
        var started = new TokenHost();
        started.Idp.Keys = started.Key.KeySet;
        started.host = await FrontEndHost.StartAsync(
            events: started.Events,
            configure: options =>
            {
                options.Tokens.Authority = TokenMaker.Issuer;
                options.Tokens.Audiences = [TokenMaker.Audience];
                options.Tokens.Backchannel = started.Idp;
                configure?.Invoke(options);
            },
            services: services => services.AddKeyedSingleton<TimeProvider>(RegistryTimeAttribute.ServiceKey, started.Time),
            use: app =>
            {
                var routes = ((IEndpointRouteBuilder)app).UseRegistryHttp();
                routes.Get("/me", WriteCallerAsync, new ApiOperation("me", "Me", "Who calls"));
                routes.Get("/rights", WriteRightsAsync, new ApiOperation("rights", "Me", "What who calls may do"));
            });
        return started;
    }

    public Task<HttpResponseMessage> AskAsync(string token, string path = "/me", params (string, string)[] more) =>
        Client.SendAsync("GET", path, null, [("Authorization", $"Bearer {token}"), .. more]);

    public async Task<string> CallerAsync(string token)
    {
        using var answer = await AskAsync(token);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        await host!.DisposeAsync();
        Key.Dispose();
    }

    private static Task WriteCallerAsync(HttpContext context) =>
        context.Response.WriteAsync($"{context.GetCaller().Tenant}/{context.GetCaller().Subject}");

    private static Task WriteRightsAsync(HttpContext context) =>
        context.Response.WriteAsync(
            $"{context.GetCaller().Allowed} {context.GetCaller().Credential} {string.Join(',', context.Features.Get<AdmittedCaller>()!.Roles!)}");

    /// <summary>Answers discovery, and the keys.</summary>
    internal sealed class Provider : HttpMessageHandler
    {
        private int asked;

        public string Keys { get; set; } = "";

        public string Discovery { get; set; } = $$"""{"issuer":"{{TokenMaker.Issuer}}","jwks_uri":"{{TokenMaker.Issuer}}/keys"}""";

        public bool IsDown { get; set; }

        /// <summary>How often keys were asked for.</summary>
        public int Asked => asked;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isKeys = request.RequestUri!.AbsolutePath == "/keys";
            if (isKeys)
            {
                Interlocked.Increment(ref asked);
            }

            return IsDown
                ? throw new HttpRequestException("nobody answers")
                : Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(isKeys ? Keys : Discovery) });
        }
    }
}

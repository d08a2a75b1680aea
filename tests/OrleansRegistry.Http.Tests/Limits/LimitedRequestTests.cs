using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansRegistry.Rest.Tests;

namespace OrleansRegistry.Http.Tests.Limits;

/// <summary>What a request too many is answered, and what is never limited.</summary>
public sealed class LimitedRequestTests : IAsyncDisposable
{
    private readonly Channel<string> events = Channel.CreateUnbounded<string>();
    private readonly Microsoft.Extensions.Time.Testing.FakeTimeProvider time = new();
    private readonly TaskCompletionSource held = new();
    private readonly TaskCompletionSource entered = new();
    private readonly TaskCompletionSource leaving = new();
    private readonly List<FrontEndHost> hosts = [];

    [Fact]
    public async Task One_request_too_many_is_429_and_another_tenants_is_not()
    {
        var client = await StartAsync(options => (options.Limits.Caller.Rate, options.Limits.Caller.Burst) = (1, 2));
        for (var left = 1; left >= 0; left--)
        {
            var answer = await GetAsync(client, "acme", "alice");
            Assert.Equal((200, $"\"caller\";r={left};t={2 - left}"), ((int)answer.StatusCode, Header(answer, "RateLimit")));
        }

        var refused = await GetAsync(client, "acme", "alice");
        var problem = await refused.ProblemAsync(429);
        Assert.Equal("limit_exceeded", problem.Text("code"));
        Assert.Equal(("1", "\"caller\";q=2;w=2"), (Header(refused, "Retry-After"), Header(refused, "RateLimit-Policy")));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "acme", "bob")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "other", "alice")).StatusCode);
    }

    [Fact]
    public async Task What_a_tenant_has_too_many_of_costs_its_callers_nothing_and_what_a_caller_has_too_many_of_costs_its_tenant_nothing()
    {
        var client = await StartAsync(options =>
        {
            (options.Limits.Caller.Rate, options.Limits.Caller.Burst) = (1, 3);
            (options.Limits.Tenant.Rate, options.Limits.Tenant.Burst) = (1, 5);
        });
        Assert.Equal([200, 200, 200, 429, 429, 429], await StatusesAsync(client, "alice", 6));
        Assert.Equal([200, 200, 429, 429], await StatusesAsync(client, "bob", 4));
        var refused = await GetAsync(client, "acme", "bob");
        Assert.Equal("\"caller\";r=0;t=3, \"tenant\";r=0;t=5", Header(refused, "RateLimit"));
    }

    [Fact]
    public async Task Streams_hold_no_places_and_have_a_limit_of_their_own()
    {
        var client = await StartAsync(options =>
        {
            (options.Limits.Concurrent, options.Limits.Queue) = (1, 0);
            (options.Limits.Streams, options.Limits.Tenant.Streams) = (2, 1);
        });
        using var stream = await OpenAsync(client, "acme");
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);

        // What it does first is work as that of others is: else a wait for next to nothing would step around their limit.
        await (await GetAsync(client, "acme", "alice")).ProblemAsync(503);
        time.Advance(TimeSpan.FromMilliseconds(100));
        await (await OpenAsync(client, "acme")).ProblemAsync(429);
        using var others = await OpenAsync(client, "other");
        Assert.Equal(HttpStatusCode.OK, others.StatusCode);
        time.Advance(TimeSpan.FromMilliseconds(100));
        var refused = await OpenAsync(client, "third");
        await refused.ProblemAsync(503);
        Assert.Equal("1", Header(refused, "Retry-After"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "acme", "alice")).StatusCode);

        events.Writer.Complete();
        await stream.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        HttpResponseMessage again;
        do
        {
            // A stream's end is seen by its reader before the server is through with it.
            again = await OpenAsync(client, "acme");
        }
        while (again.StatusCode == HttpStatusCode.TooManyRequests && !TestContext.Current.CancellationToken.IsCancellationRequested);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_server_that_is_full_refuses_at_once_and_tells_its_health()
    {
        var client = await StartAsync(options => (options.Limits.Concurrent, options.Limits.Queue) = (1, 0));
        var first = GetAsync(client, "acme", "alice", "/held");
        HttpResponseMessage refused;
        do
        {
            refused = await GetAsync(client, "other", "bob");
        }
        while (refused.IsSuccessStatusCode && !TestContext.Current.CancellationToken.IsCancellationRequested);
        await refused.ProblemAsync(503);
        Assert.Equal("1", Header(refused, "Retry-After"));
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("GET", "/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("GET", "/health/serving")).StatusCode);
        held.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "other", "bob")).StatusCode);
    }

    [Theory]
    [InlineData("/body")]
    [InlineData("/stream")]
    public async Task A_body_that_comes_slowly_holds_no_place(string path)
    {
        var client = await StartAsync(options => (options.Limits.Concurrent, options.Limits.Queue) = (1, 0));
        using var content = new SlowContent(held.Task);
        var upload = client.PostAsync(path, content, TestContext.Current.CancellationToken);
        await content.Begun;
        HttpResponseMessage answer;
        do
        {
            // Until the server waits for the rest.
            answer = await GetAsync(client, "other", "bob");
        }
        while (!answer.IsSuccessStatusCode && !TestContext.Current.CancellationToken.IsCancellationRequested);
        Assert.Equal((HttpStatusCode.OK, false), (answer.StatusCode, upload.IsCompleted));
        held.SetResult();
        Assert.Equal("7", await (await upload).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "other", "bob")).StatusCode);
    }

    [Fact]
    public async Task No_more_slow_bodies_are_aside_than_there_are_places()
    {
        var options = new RegistryHttpOptions();
        (options.Limits.Concurrent, options.Limits.Queue) = (1, 0);
        await using var services = new ServiceCollection().BuildServiceProvider();
        using var limits = new RequestLimits(Options.Create(options), services, TimeProvider.System);
        var (first, second, third) = (new DefaultHttpContext(), new DefaultHttpContext(), new DefaultHttpContext());
        var lent = await limits.AdmitAsync(first);
        Assert.True(RequestPlace.Lend(first));
        using var kept = await limits.AdmitAsync(second);
        Assert.False(RequestPlace.Lend(second));
        await Assert.ThrowsAsync<LimitException>(async () => await limits.AdmitAsync(third));
        lent.Dispose();
        Assert.True(RequestPlace.Lend(second));
        (await limits.AdmitAsync(third)).Dispose();
    }

    [Fact]
    public async Task Whoever_has_sent_slowly_takes_its_turn_with_all_others()
    {
        var client = await StartAsync(options => (options.Limits.Concurrent, options.Limits.Queue) = (1, 0));
        using var content = new SlowContent(held.Task);
        var upload = client.PostAsync("/body", content, TestContext.Current.CancellationToken);
        await content.Begun;
        Task<HttpResponseMessage> other;
        do
        {
            other = GetAsync(client, "other", "bob", "/entered");
        }
        while (await Task.WhenAny(entered.Task, other) == other && !TestContext.Current.CancellationToken.IsCancellationRequested);
        held.SetResult();
        await (await upload).ProblemAsync(503);
        leaving.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await other).StatusCode);
    }

    [Fact]
    public async Task Requests_that_nobody_knows_of_are_not_counted_and_neither_are_those_that_fail_kept()
    {
        var client = await StartAsync(options => (options.Limits.Caller.Concurrent, options.DefaultCaller) = (1, null));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendAsync("GET", "/held")).StatusCode);
            Assert.Equal(HttpStatusCode.InternalServerError, (await GetAsync(client, "acme", "alice", "/things/x")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "acme", "alice")).StatusCode);
    }

    [Fact]
    public async Task A_burst_without_a_rate_stops_the_start()
    {
        var fault = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => StartAsync(options => options.Limits.Tenant.Burst = 5));
        Assert.Contains("REGISTRY_LIMIT_TENANT_BURST", fault.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        held.TrySetResult();
        leaving.TrySetResult();
        events.Writer.TryComplete();
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));

    private static async Task<List<int>> StatusesAsync(HttpClient client, string subject, int times)
    {
        List<int> statuses = [];
        for (var i = 0; i < times; i++)
        {
            statuses.Add((int)(await GetAsync(client, "acme", subject)).StatusCode);
        }

        return statuses;
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string tenant, string subject, string path = "/quick") =>
        client.SendAsync("GET", path, null, ("X-Registry-Tenant", tenant), ("X-Registry-Subject", subject));

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client, string tenant)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/events");
        request.Headers.Add("X-Registry-Tenant", tenant);
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static async Task ReadAsync(HttpContext context)
    {
        var body = await RequestBody.ReadJsonAsync(context, 1000);
        await context.Response.WriteAsync($"{body.Bytes.Length}");
        body.Release();
    }

    private static async Task CopyAsync(HttpContext context)
    {
        using var copy = new MemoryStream();
        await using var body = new SentStream(context);
        await body.CopyToAsync(copy);
        await context.Response.WriteAsync($"{copy.Length}");
    }

    private Task EnterAsync(HttpContext context)
    {
        entered.TrySetResult();
        return leaving.Task;
    }

    private async Task<HttpClient> StartAsync(Action<RegistryHttpOptions> configure)
    {
        var host = await FrontEndHost.StartAsync(
            new InvalidOperationException("a fault"),
            events,
            options =>
            {
                (options.TrustCallerHeaders, options.DefaultCaller) = (true, Caller.Default);
                configure(options);
            },
            services => services.AddKeyedSingleton<TimeProvider>(
                RegistryTimeAttribute.ServiceKey, time),
            use: app =>
            {
                var routes = ((IEndpointRouteBuilder)app).UseRegistryHttp();
                routes.Get("/quick", context => context.Response.WriteAsync("done"), new ApiOperation("quick", "Things", "At once"));
                routes.Post("/body", ReadAsync, new ApiOperation("body", "Things", "Reads"));
                routes.Post("/stream", CopyAsync, new ApiOperation("stream", "Things", "Passes on"));
                routes.Get("/entered", EnterAsync, new ApiOperation("entered", "Things", "Says that it is there"));
                routes.Get("/held", _ => held.Task, new ApiOperation("held", "Things", "Later"));
            });
        hosts.Add(host);
        return host.Client;
    }

    /// <summary>A body whose end comes later than its beginning.</summary>
    private sealed class SlowContent : HttpContent
    {
        private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task end;

        public SlowContent(Task end)
        {
            this.end = end;
            Headers.ContentType = new("application/json");
        }

        public Task Begun => begun.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{\"a\":"u8.ToArray());
            await stream.FlushAsync();
            begun.SetResult();
            await end;
            await stream.WriteAsync("1}"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

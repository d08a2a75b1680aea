using System.Net;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Client.Tests;

/// <summary>Registries that are away, and answers that are lost or are no registry's.</summary>
public sealed class FaultTests(ClientHost host)
{
    private const string Task = """{"id":"t","contextId":"c","owner":"o","generation":7,"status":{"state":"TASK_STATE_WORKING"}}""";

    private readonly Caller caller = ClientHost.NewCaller();

    [Theory]
    [InlineData(Cut.BeforeRequest)]
    [InlineData(Cut.WithinRequest)]
    [InlineData(Cut.BeforeAnswer)]
    [InlineData(Cut.WithinAnswer)]
    public async Task A_call_that_is_cut_is_made_again_and_carried_out_once(Cut where)
    {
        using var proxy = new CuttingProxy("127.0.0.1", host.Address.Port);
        using var client = ClientHost.Quick(new Uri($"http://127.0.0.1:{proxy.Port}"));
        proxy.CutAt("POST /tasks", where, times: 2);
        var message = ClientHost.Json("""{"role":"ROLE_USER","parts":[{"text":"hello"}]}""");
        var submitted = await client.Tasks.SubmitAsync(caller, new TaskSubmission(message) { AgentId = "a" });
        Assert.False(submitted.Repeated);
        Assert.Equal(2, proxy.Cuts);
        Assert.Single((await host.LocalTasks.ListAsync(caller)).Tasks);

        proxy.CutAt("PATCH /tasks", where, times: 2);
        var updated = await client.Tasks.UpdateAsync(caller, submitted.Task.Id, new TaskUpdate
        {
            Artifacts = [ArtifactUpdate.Text("a", "part") with { Append = true }],
        });
        Assert.False(updated.Repeated);
        Assert.Equal(updated.Generation, submitted.Task.Generation + 1);

        proxy.CutAt("tasks:claim", where, times: 2);
        var claimed = (await client.Tasks.ClaimAsync(caller, "a", new TaskClaim("w")))!;
        Assert.Equal(submitted.Task.Id, claimed.Id);
        Assert.Equal(1, claimed.Attempts);
        proxy.CutAt(":renew", where, times: 2);
        await client.Tasks.RenewAsync(caller, claimed.Id, claimed.Lease!.Token);
        proxy.CutAt("PUT /agents", where, times: 2);
        proxy.CutAt("POST /agents", where, times: 2);
        Assert.False((await client.Agents.RegisterAsync(caller, new(ClientHost.Card("a")))).Repeated);
        proxy.CutAt("DELETE /tasks", where, times: 2);
        await client.Tasks.DeleteAsync(caller, claimed.Id);
        Assert.Equal(12, proxy.Cuts);
    }

    [Theory]
    [InlineData(Cut.BeforeRequest)]
    [InlineData(Cut.BeforeAnswer)]
    public async Task What_is_published_or_removed_by_a_call_that_is_cut_is_so_once(Cut where)
    {
        using var proxy = new CuttingProxy("127.0.0.1", host.Address.Port);
        using var client = ClientHost.Quick(new Uri($"http://127.0.0.1:{proxy.Port}"));
        await client.Agents.RegisterAsync(caller, new(ClientHost.Card("a")));
        await client.Drafts.PutAsync(caller, "a", ClientHost.Json("""{"name":"a","version":"2"}"""));
        proxy.CutAt("draft:publish", where, times: 2);
        var published = await client.Drafts.PublishAsync(caller, "a");
        Assert.Equal((2, false), (published.Agent.VersionNumber, published.Repeated));

        await client.Drafts.PutAsync(caller, "a", ClientHost.Json("""{"name":"a","version":"3"}"""));
        proxy.CutAt("DELETE /agents/a/draft", where, times: 1);
        await client.Drafts.RemoveAsync(caller, "a");
        Assert.Equal(RegistryError.NotFound, (await Assert.ThrowsAsync<RegistryException>(() => client.Drafts.RemoveAsync(caller, "a"))).Error);

        await client.Versions.LabelAsync(caller, "a", "stable", 1);
        proxy.CutAt("DELETE /agents/a/labels", where, times: 1);
        Assert.Empty((await client.Versions.UnlabelAsync(caller, "a", "stable")).Labels);

        await client.Subscriptions.SaveAsync(caller, new SubscriptionSave("https://example.com/hook"), "s");
        proxy.CutAt("DELETE /subscriptions", where, times: 1);
        await client.Subscriptions.DeleteAsync(caller, "s");
        Assert.Equal(5, proxy.Cuts);
    }

    [Fact]
    public async Task Events_go_on_where_they_were_cut_also_when_the_registry_is_away()
    {
        using var proxy = new CuttingProxy("127.0.0.1", host.Address.Port);
        using var client = ClientHost.Quick(new Uri($"http://127.0.0.1:{proxy.Port}"), retries: 0);
        await host.LocalTasks.SubmitAsync(caller, new(TextMessage.User("1", "m1")) { TaskId = "t" });
        await using var events = client.Tasks.WatchAsync(caller, "t").GetAsyncEnumerator(ClientHost.Cancellation);
        Assert.True(await events.MoveNextAsync());
        var first = events.Current.Snapshot!.Generation;
        var next = events.MoveNextAsync().AsTask();
        proxy.Down = true;
        proxy.CutAll();
        await host.LocalTasks.UpdateAsync(caller, "t", new TaskUpdate { State = TaskState.Working });
        await host.LocalTasks.UpdateAsync(caller, "t", new TaskUpdate { State = TaskState.Completed });
        Assert.False(next.IsCompleted);
        proxy.Down = false;
        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(30), ClientHost.Cancellation));
        Assert.Null(events.Current.Snapshot);
        Assert.Equal((first + 1, TaskState.Working), (events.Current.Generation, events.Current.Status!.State));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal((first + 2, TaskState.Completed), (events.Current.Generation, events.Current.Status!.State));
        Assert.False(await events.MoveNextAsync());
    }

    [Fact]
    public async Task Nobody_who_answers_is_unavailable_after_the_retries()
    {
        using var proxy = new CuttingProxy("127.0.0.1", host.Address.Port) { Down = true };
        using var client = ClientHost.Quick(new Uri($"http://127.0.0.1:{proxy.Port}"), retries: 3);
        var fault = await Assert.ThrowsAsync<RegistryException>(() => client.Tasks.GetAsync(caller, "t"));
        Assert.Equal(RegistryError.Unavailable, fault.Error);
        Assert.StartsWith($"http://127.0.0.1:{proxy.Port} does not answer: ", fault.Message, StringComparison.Ordinal);
        await using var events = client.Tasks.WatchAsync(caller, "t").GetAsyncEnumerator(ClientHost.Cancellation);
        Assert.Equal(RegistryError.Unavailable, (await Assert.ThrowsAsync<RegistryException>(() => events.MoveNextAsync().AsTask())).Error);
    }

    [Fact]
    public async Task A_registry_that_is_busy_is_asked_again_with_the_same_key()
    {
        var busy = ScriptedServer.Say(503, """{"detail":"Busy","code":"busy"}""", "application/problem+json", retryAfter: 0);
        await using var server = await ScriptedServer.StartAsync(busy, busy, ScriptedServer.Say(200, Task));
        using var client = ClientHost.Quick(server.Address);
        await client.Tasks.UpdateAsync(caller, "t", new TaskUpdate { State = TaskState.Working });
        Assert.Equal(3, server.Requests.Count);
        var key = Assert.Single(server.Requests.Select(request => request.Headers["Idempotency-Key"].ToString()).Distinct());
        Assert.NotEmpty(key);
    }

    [Fact]
    public async Task The_pause_is_the_one_that_the_registry_asks_for()
    {
        var busy = ScriptedServer.Say(503, """{"detail":"Busy","code":"busy"}""", "application/problem+json", retryAfter: 1);
        await using var server = await ScriptedServer.StartAsync(busy, ScriptedServer.Say(200, Task));
        using var client = new RegistryClient(server.Address.AbsoluteUri);
        var began = TimeProvider.System.GetTimestamp();
        await client.Tasks.GetAsync(caller, "t");
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromSeconds(0.95));

        using var patient = new RegistryClient(server.Address.AbsoluteUri, new RegistryClientOptions { Retries = 0 });
        await using var other = await ScriptedServer.StartAsync(busy);
        using var once = new RegistryClient(other.Address.AbsoluteUri, new RegistryClientOptions { Retries = 0 });
        var fault = await Assert.ThrowsAsync<RegistryException>(() => once.Tasks.GetAsync(caller, "t"));
        Assert.Equal((RegistryError.Busy, TimeSpan.FromSeconds(1)), (fault.Error, fault.RetryAfter!.Value));
    }

    [Theory]
    [InlineData(200, "<html>", RegistryError.NotSupported, "is it a registry?")]
    [InlineData(200, "{}", RegistryError.NotSupported, "cannot read ('id' is missing)")]
    [InlineData(200, "[]", RegistryError.NotSupported, "is it a registry?")]
    [InlineData(404, "<html>", RegistryError.NotSupported, "answered 404 Not Found.")]
    [InlineData(404, """{"detail":"nothing at this path"}""", RegistryError.NotSupported, "nothing at this path")]
    [InlineData(401, """{"detail":"who are you?"}""", RegistryError.Forbidden, "who are you?")]
    [InlineData(502, "<html>", RegistryError.Unavailable, "answered 502 Bad Gateway.")]
    [InlineData(429, "slowly", RegistryError.Busy, "answered 429")]
    [InlineData(409, """{"detail":"over","state":"TASK_STATE_FAILED"}""", RegistryError.Terminal, "over")]
    [InlineData(409, """{"detail":"new","code":"of_tomorrow"}""", RegistryError.Conflict, "new")]
    public async Task Answers_that_are_no_registrys_or_an_older_ones_are_told(int status, string body, RegistryError error, string message)
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say(status, body));
        using var client = ClientHost.Quick(server.Address, retries: 1);
        var fault = await Assert.ThrowsAsync<RegistryException>(() => client.Tasks.GetAsync(caller, "t"));
        Assert.Equal(error, fault.Error);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        if (status != 200)
        {
            Assert.Equal((HttpStatusCode)status, Assert.IsType<HttpRequestException>(fault.InnerException).StatusCode);
        }
    }

    [Fact]
    public async Task A_call_ends_when_it_is_cancelled_or_takes_too_long()
    {
        var arrived = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            arrived.TrySetResult();
            await System.Threading.Tasks.Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var client = ClientHost.Quick(server.Address);
        using var cancelled = new CancellationTokenSource();
        var call = client.Tasks.GetAsync(caller, "t", cancellationToken: cancelled.Token);
        await arrived.Task;
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        using var hasty = new RegistryClient(server.Address.AbsoluteUri, new RegistryClientOptions
        {
            Retries = 0,
            AnswerTimeout = TimeSpan.FromMilliseconds(100),
        });
        var fault = await Assert.ThrowsAsync<RegistryException>(() => hasty.Tasks.GetAsync(caller, "t"));
        Assert.Equal(RegistryError.Unavailable, fault.Error);
        Assert.Contains("did not answer within", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_headers_and_paths_go_as_they_are_given()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say(200, Task));
        using var http = new HttpClient { BaseAddress = new Uri(server.Address, "/gateway") };
        var options = new RegistryClientOptions { Headers = { ["Authorization"] = "Bearer t" } };
        using var client = new RegistryClient(http, options);
        await client.Tasks.GetAsync(Caller.Default, "a:b");
        await client.Tasks.GetAsync(new Caller("acme", "ann") { SeesAllOwners = true }, "t");
        options.Caller = new Caller("home");
        await client.Tasks.GetAsync(Caller.Default, "t");
        Assert.Equal(["/gateway/tasks/~?id=a%3Ab", "/gateway/tasks/t", "/gateway/tasks/t"], server.Requests.Select(request => request.Target));
        Assert.Equal(
            [("", "", ""), ("acme", "ann", "tenant"), ("home", "default", "")],
            server.Requests.Select(request => (
                request.Headers["X-Registry-Tenant"].ToString(),
                request.Headers["X-Registry-Subject"].ToString(),
                request.Headers["X-Registry-Scope"].ToString())));
        Assert.All(server.Requests, request => Assert.Equal("Bearer t", request.Headers.Authorization));
    }

    [Theory]
    [InlineData("registry")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://user:secret@127.0.0.1")]
    [InlineData("http://127.0.0.1/?a=b")]
    public void An_address_that_is_none_is_refused(string address) =>
        Assert.Contains("must be a URL", Assert.Throws<ArgumentException>(() => new RegistryClient(address)).Message, StringComparison.Ordinal);

    [Fact]
    public void Options_out_of_their_range_are_refused()
    {
        using var http = new HttpClient();
        Assert.Throws<ArgumentException>(() => new RegistryClient(http));
        Assert.Throws<ArgumentException>(() => new RegistryClient("http://a", new() { Retries = -1 }));
        Assert.Throws<ArgumentException>(() => new RegistryClient("http://a", new() { AnswerTimeout = TimeSpan.Zero }));
    }
}

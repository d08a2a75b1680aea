using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Push;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Subscriptions;

/// <summary>What reaches those who subscribe to changes of agents.</summary>
public sealed class SubscriptionTests : IDisposable
{
    private readonly Caller me = TestRegistry.NewCaller();
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("registry-test-").FullName;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_happens_to_agents_of_the_query_comes_in_order_and_signed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync();
        await RegisterAsync(host, "before", "sky");
        var saved = await SaveAsync(host, receiver.Url(), new AgentQuery { Tags = ["sky"] });
        Assert.True(saved.Created);
        await RegisterAsync(host, "a", "sky");
        await RegisterAsync(host, "other", "sea");
        await RegisterAsync(host, "other", "sky");
        await host.Agents.PatchAsync(me, "a", new AgentPatch(Enabled: false));
        await RegisterAsync(host, "other", "sea");
        var last = await host.Agents.RemoveAsync(me, "a");

        await Eventually.TrueAsync(() => receiver.All.Count == 5, "five events");
        var events = Events(receiver);
        Assert.Equal(
            ["registered a", "entered other", "status a", "left other", "removed a"],
            events.Select(one => $"{TypeOf(one)} {one.GetProperty("subject").GetString()}"));
        Assert.All(receiver.All, posted => AssertSigned(posted, saved.Secret!));
        Assert.All(receiver.All, posted => Assert.Equal("application/cloudevents+json; charset=utf-8", posted.Headers["Content-Type"]));
        Assert.All(events, one => Assert.Equal(
            ("1.0", $"/subscriptions/{saved.Subscription.Id}"), (one.GetProperty("specversion").GetString(), one.GetProperty("source").GetString())));
        Assert.Equal(5, events.Select(one => one.GetProperty("id").GetString()).Distinct().Count());
        var data = events[0].GetProperty("data");
        Assert.Equal("a", data.GetProperty("agent").GetProperty("agent_card").GetProperty("name").GetString());
        Assert.Equal(last.Revision, events[4].GetProperty("data").GetProperty("revision").GetInt64());
        Assert.False(events[4].GetProperty("data").TryGetProperty("agent", out _));
        await Eventually.TrueAsync(
            async () => (await GetAsync(host, saved)).Delivered == last.Revision, "the subscription to know how far it is");
    }

    [Fact]
    public async Task With_a_snapshot_it_begins_with_all_agents_and_batches_come_together()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync();
        foreach (var i in Enumerable.Range(0, 5))
        {
            await RegisterAsync(host, $"a{i}", "sky");
        }

        var save = new SubscriptionSave(receiver.Url()) { Snapshot = true, Batch = true };
        var saved = await Of(host).SaveAsync(me, save, "mine");
        await Eventually.TrueAsync(async () => (await GetAsync(host, saved)).Delivered > 0, "the picture of all agents");
        await RegisterAsync(host, "later", "sky");
        await Eventually.TrueAsync(() => Events(receiver).Count == 7, "the agents, their end, and the next");
        Assert.Equal(
            [.. Enumerable.Repeat("present", 5), "synced", "registered"],
            Events(receiver).Select(TypeOf));
        Assert.All(receiver.All, posted => Assert.Equal("application/cloudevents-batch+json; charset=utf-8", posted.Headers["Content-Type"]));
        Assert.InRange(receiver.All.Count, 2, 6);
    }

    [Fact]
    public async Task A_receiver_that_fails_gets_everything_later_and_in_order()
    {
        await using var receiver = await Receiver.StartAsync();
        var answers = 0;
        receiver.Answer = _ => Task.FromResult(Interlocked.Increment(ref answers) % 3 == 0 ? 200 : 503);
        await using var host = await PushHost.StartAsync();
        await SaveAsync(host, receiver.Url());
        foreach (var i in Enumerable.Range(0, 6))
        {
            await RegisterAsync(host, $"a{i}", "sky");
        }

        await Eventually.TrueAsync(() => receiver.Taken.Count == 6, "all of them");
        Assert.Equal(
            Enumerable.Range(0, 6).Select(i => $"a{i}"),
            receiver.Taken.Select(posted => JsonDocument.Parse(posted.Body).RootElement.GetProperty("subject").GetString()));
    }

    [Fact]
    public async Task One_that_is_gone_is_given_up_and_goes_on_from_there_once_it_is_saved_again()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = _ => Task.FromResult(410);
        await using var host = await PushHost.StartAsync();
        var saved = await SaveAsync(host, receiver.Url());
        await RegisterAsync(host, "a", "sky");
        await Eventually.TrueAsync(async () => (await GetAsync(host, saved)).Failure is not null, "it to be given up");
        Assert.Equal("The receiver answered 410: it is gone.", (await GetAsync(host, saved)).Failure!.Reason);
        await RegisterAsync(host, "b", "sky");

        receiver.Answer = _ => Task.FromResult(200);
        var again = await Of(host).SaveAsync(me, new SubscriptionSave(receiver.Url()), saved.Subscription.Id);
        Assert.Equal((false, null, null), (again.Created, again.Secret, again.Subscription.Failure));
        await Eventually.TrueAsync(() => receiver.Taken.Count == 2, "both");
        Assert.Equal(["a", "b"], receiver.Taken.Select(posted => JsonDocument.Parse(posted.Body).RootElement.GetProperty("subject").GetString()));
    }

    [Fact]
    public async Task A_restart_goes_on_where_it_was()
    {
        await using var receiver = await Receiver.StartAsync();
        void OnDisk(RegistryOptions options) => (options.StorageType, options.DataDirectory) = (StorageType.Sqlite, folder);
        SubscriptionSaved saved;
        await using (var host = await PushHost.StartAsync(configure: OnDisk))
        {
            saved = await SaveAsync(host, receiver.Url());
            await RegisterAsync(host, "a", "sky");
            await Eventually.TrueAsync(() => receiver.All.Count == 1, "the first");
        }

        await using var next = await PushHost.StartAsync(configure: OnDisk);
        await RegisterAsync(next, "b", "sky");
        await Eventually.TrueAsync(() => receiver.All.Count == 2, "the second");
        Assert.Equal(["a", "b"], Events(receiver).Select(one => one.GetProperty("subject").GetString()));
        AssertSigned(receiver.All[1], saved.Secret!);
    }

    [Fact]
    public async Task After_a_change_of_the_secret_requests_are_signed_with_both()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync();
        var saved = await SaveAsync(host, receiver.Url());
        var secret = "whsec_" + Convert.ToBase64String(new byte[32]);
        var changed = await Of(host).SaveAsync(me, new SubscriptionSave(receiver.Url()) { Secret = secret }, saved.Subscription.Id);
        Assert.Null(changed.Secret);
        await Eventually.TrueAsync(
            async () =>
            {
                await RegisterAsync(host, "a", Guid.NewGuid().ToString());
                return receiver.All.Any(posted => posted.Headers["webhook-signature"].Contains(' ', StringComparison.Ordinal));
            },
            "two signatures");
        AssertSigned(receiver.All[^1], secret);
        AssertSigned(receiver.All[^1], saved.Secret!);
    }

    [Fact]
    public async Task One_that_is_deleted_gets_nothing_more()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync();
        var saved = await SaveAsync(host, receiver.Url());
        await Of(host).DeleteAsync(me, saved.Subscription.Id);
        Assert.Null(await Of(host).GetAsync(me, saved.Subscription.Id));
        Assert.Empty((await Of(host).ListAsync(me)).Subscriptions);
        var other = await SaveAsync(host, receiver.Url("/other"));
        await Eventually.TrueAsync(
            async () =>
            {
                await RegisterAsync(host, "a", Guid.NewGuid().ToString());
                return receiver.All.Any(posted => posted.Path == "/other");
            },
            "another to be told");
        await RegisterAsync(host, "after", "sky");
        await Eventually.TrueAsync(
            () => receiver.All.Any(posted => posted.Path == "/other" && IsOf(posted, "after")), "another to be told of the last");
        Assert.DoesNotContain(receiver.All, posted => posted.Path == "/hook" && IsOf(posted, "after"));
        Assert.Equal(other.Subscription.Id, Assert.Single((await Of(host).ListAsync(me)).Subscriptions).Id);
    }

    [Fact]
    public async Task One_that_is_made_again_under_its_id_is_another()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync();
        await Of(host).SaveAsync(me, new SubscriptionSave(receiver.Url("/old")), "one");
        await RegisterAsync(host, "a", "sky");
        await Eventually.TrueAsync(() => receiver.All.Count == 1, "the first to be told");
        await Of(host).DeleteAsync(me, "one");
        await Of(host).SaveAsync(me, new SubscriptionSave(receiver.Url("/new")), "one");
        await Eventually.TrueAsync(
            async () =>
            {
                await RegisterAsync(host, "a", Guid.NewGuid().ToString());
                return receiver.All[^1].Path == "/new";
            },
            "the second to be told");
    }

    [Fact]
    public async Task Nothing_is_begun_once_a_server_stops_however_many_receivers_hang()
    {
        const int Subscribers = 6;
        await using var receiver = await Receiver.StartAsync();
        var hangs = new TaskCompletionSource<int>();
        var begun = 0;
        receiver.Answer = _ =>
        {
            Interlocked.Increment(ref begun);
            return hangs.Task;
        };
        var host = await PushHost.StartAsync(PushHost.Quick with { Timeout = TimeSpan.FromSeconds(1) });
        foreach (var _ in Enumerable.Range(0, Subscribers))
        {
            await SaveAsync(host, receiver.Url());
        }

        await RegisterAsync(host, "a", "sky");
        await Eventually.TrueAsync(() => Volatile.Read(ref begun) >= Subscribers, "a request to each");
        var before = Volatile.Read(ref begun);
        await host.DisposeAsync();
        Assert.InRange(Volatile.Read(ref begun), before, before + 1);
        hangs.SetResult(200);
    }

    [Theory]
    [InlineData("ftp://example.com", null, "url")]
    [InlineData("http://a:b@example.com", null, "url")]
    [InlineData("http://10.0.0.1/hook", null, "url")]
    [InlineData("nowhere", null, "url")]
    [InlineData("http://example.com", "short", "secret")]
    [InlineData("http://example.com", "whsec_AAAA", "secret")]
    [InlineData("http://example.com", "whsec_%%%%", "secret")]
    public async Task What_cannot_be_delivered_is_refused(string url, string? secret, string field)
    {
        await using var host = await PushHost.StartAsync();
        var refused = await Assert.ThrowsAsync<RegistryException>(() => Of(host).SaveAsync(me, new SubscriptionSave(url) { Secret = secret }));
        Assert.Equal((RegistryError.Invalid, field), (refused.Error, refused.Field));
        if (secret is not null)
        {
            Assert.DoesNotContain(secret, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Queries_that_rank_too_many_and_those_of_others_are_refused()
    {
        await using var host = await PushHost.StartAsync(PushHost.Quick with { MaxSubscriptions = 2 });
        const string Url = "http://example.com/hook";
        var ranked = await Assert.ThrowsAsync<RegistryException>(() => SaveAsync(host, Url, new AgentQuery { Words = "x" }));
        Assert.Equal("q", ranked.Field);
        var first = await SaveAsync(host, Url);
        await SaveAsync(host, Url);
        var many = await Assert.ThrowsAsync<RegistryException>(() => SaveAsync(host, Url));
        Assert.Equal(RegistryError.Conflict, many.Error);
        await Of(host).SaveAsync(me, new SubscriptionSave(Url), first.Subscription.Id);

        var other = me with { Subject = "other" };
        Assert.Null(await Of(host).GetAsync(other, first.Subscription.Id));
        Assert.Empty((await Of(host).ListAsync(other)).Subscriptions);
        var taken = await Assert.ThrowsAsync<RegistryException>(() => Of(host).SaveAsync(other, new SubscriptionSave(Url), first.Subscription.Id));
        var deleted = await Assert.ThrowsAsync<RegistryException>(() => Of(host).DeleteAsync(other, first.Subscription.Id));
        Assert.Equal((RegistryError.NotFound, RegistryError.NotFound), (taken.Error, deleted.Error));
    }

    private static IAgentSubscriptions Of(RegistryHost host) => host.Services.GetRequiredService<IAgentSubscriptions>();

    private static string TypeOf(JsonElement happened) => happened.GetProperty("type").GetString()!["orleansregistry.agent.".Length..];

    private static List<JsonElement> Events(Receiver receiver) =>
    [
        .. receiver.Taken.Select(posted => JsonDocument.Parse(posted.Body).RootElement)
            .SelectMany(body => body.ValueKind == JsonValueKind.Array ? body.EnumerateArray().ToArray() : [body]),
    ];

    /// <summary>As a receiver checks it: the HMAC of id, time and body, of any of the signatures.</summary>
    private static bool IsOf(Receiver.Posted posted, string agent) => posted.Body.Contains($"\"subject\":\"{agent}\"", StringComparison.Ordinal);

    private static void AssertSigned(Receiver.Posted posted, string secret)
    {
        var signed = $"{posted.Headers["webhook-id"]}.{posted.Headers["webhook-timestamp"]}.{posted.Body}";
        var mac = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes(signed));
        Assert.Contains($"v1,{Convert.ToBase64String(mac)}", posted.Headers["webhook-signature"].Split(' '));
        var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(posted.Headers["webhook-timestamp"]));
        Assert.InRange(DateTimeOffset.UtcNow - at, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
    }

    private Task<SubscriptionSaved> SaveAsync(RegistryHost host, string url, AgentQuery? query = null) =>
        Of(host).SaveAsync(me, new SubscriptionSave(url, query));

    private async Task<AgentSubscription> GetAsync(RegistryHost host, SubscriptionSaved saved) =>
        (await Of(host).GetAsync(me, saved.Subscription.Id))!;

    private Task<AgentWriteResult> RegisterAsync(RegistryHost host, string name, string tag) =>
        host.Agents.RegisterAsync(me, Cards.Registration(name, tags: [tag]));
}

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Trust;
using OrleansRegistry.Trust.Keys;
using OrleansRegistry.Trust.Tenants;

namespace OrleansRegistry.Tests.Trust;

/// <summary>API keys as a co-hosting program has them: two processes on one store.</summary>
public sealed class ApiKeyTests : IAsyncLifetime
{
    private static readonly Caller Operator = new("default", "admin") { Allowed = RegistryRoles.Of(["operator"]), Credential = "key:firstadmin" };
    private static readonly Caller Admin = new("acme", "ann") { Allowed = RegistryRoles.Of(["admin"]), Credential = "key:aaaaaaaaaa" };

    private readonly FakeTimeProvider time = new(DateTimeOffset.Parse("2026-05-01T12:00:00Z", null));
    private readonly SqliteStore store = TestStores.InMemory();
    private readonly List<Process> processes = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await store.OpenAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.Feed.StopAsync(CancellationToken.None);
            process.Feed.Dispose();
        }

        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_key_names_its_caller_and_only_its_hash_is_stored()
    {
        var here = await StartAsync();
        var made = await here.Keys.CreateAsync(Admin, new NewApiKey("bot", ["agent", "service"]) { Agents = ["sky"], Description = "for sky" });
        Assert.Matches("^ork_[a-z2-7]{10}_[A-Za-z0-9_-]{43}$", made.Text);
        Assert.Equal(("acme", "bot", "ann"), (made.Key.Tenant, made.Key.Subject, made.Key.CreatedBy));
        var caller = here.Table.Find(made.Text)!.Caller;
        Assert.Equal(new Caller("acme", "bot") { Allowed = RegistryRoles.Of(["agent", "service"]), Credential = $"key:{made.Key.Id}" },
            caller with { Agents = null });
        Assert.Equal(["sky"], caller.Agents);
        var stored = (await store.ReadAsync(TrustKind.Kind, TrustKind.KeyOf("key", "acme", made.Key.Id), Cancellation))!.Body.Document.ToString();
        Assert.DoesNotContain(made.Text[15..], stored, StringComparison.Ordinal);
        string[] wrongs =
        [
            made.Text[..^1], made.Text + "x", made.Text.Replace("ork_", "ork-"), $"ork_{made.Key.Id}_", "ork_", "",
            $"ork_zzzzzzzzzz_{made.Text[15..]}", $"ork_{made.Key.Id}_{new string('A', 43)}",
            $"ork_{made.Key.Id}_{new string('é', 43)}", new string('x', 9_999),
        ];
        foreach (var wrong in wrongs)
        {
            Assert.Null(here.Table.Find(wrong));
            Assert.Null(await here.Table.FindAsync(wrong, Cancellation));
        }
    }

    [Fact]
    public async Task What_one_process_makes_changes_and_takes_back_holds_on_another()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        var made = await here.Keys.CreateAsync(Admin, new NewApiKey("bot", ["viewer"]));
        var (id, seen) = (made.Key.Id, await there.Table.FindAsync(made.Text, Cancellation));
        Assert.Equal("bot", seen!.Caller.Subject);
        await here.Keys.ChangeAsync(Admin, id, new ApiKeyChange { Roles = new(["user"]) });
        await Within2sAsync(() => there.Table.Find(made.Text)?.Caller.May(Permissions.AgentsWrite) == true);
        Assert.True(seen.Ended.IsCancellationRequested);
        var rotated = await there.Keys.RotateAsync(Admin, id, TimeSpan.FromMinutes(5));
        Assert.Equal(id, rotated.Key.Id);
        Assert.NotNull(await here.Table.FindAsync(rotated.Text, Cancellation));
        Assert.NotNull(here.Table.Find(made.Text));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(here.Table.Find(made.Text));
        Assert.Null((await here.Keys.GetAsync(Admin, id))!.PreviousUntil);
        var open = there.Table.Find(rotated.Text)!;
        await here.Keys.RevokeAsync(Admin, id);
        Assert.Null(here.Table.Find(rotated.Text));
        await Within2sAsync(() => there.Table.Find(rotated.Text) is null);
        Assert.True(open.Ended.IsCancellationRequested);
        Assert.Null(await there.Table.FindAsync(rotated.Text, Cancellation));
        Assert.Equal(RegistryError.NotFound, (await RefusalAsync(() => there.Keys.RevokeAsync(Admin, id))).Error);
        Assert.Equal(RegistryError.NotFound, (await RefusalAsync(() => there.Keys.RotateAsync(Admin, id, TimeSpan.Zero))).Error);
    }

    [Fact]
    public async Task A_key_ends_when_it_says_so()
    {
        var here = await StartAsync();
        var made = await here.Keys.CreateAsync(Admin, new NewApiKey("bot", ["viewer"]) { ExpiresAt = time.GetUtcNow().AddHours(1) });
        Assert.Equal(time.GetUtcNow().AddHours(1), here.Table.Find(made.Text)!.EndsAt);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Null(here.Table.Find(made.Text));

        // It can still be given a later end, or another description, but no end that is past.
        await here.Keys.ChangeAsync(Admin, made.Key.Id, new ApiKeyChange { Description = new("old") });
        var past = new ApiKeyChange { ExpiresAt = new(time.GetUtcNow().AddSeconds(-1)) };
        Assert.Equal("expiresAt", (await RefusalAsync(() => here.Keys.ChangeAsync(Admin, made.Key.Id, past))).Field);
        await here.Keys.ChangeAsync(Admin, made.Key.Id, new ApiKeyChange { ExpiresAt = new(null) });
        Assert.NotNull(here.Table.Find(made.Text));
    }

    [Fact]
    public async Task A_key_does_not_outlast_the_one_that_made_it()
    {
        var here = await StartAsync();
        var end = time.GetUtcNow().AddHours(1);
        var lasting = await here.Keys.CreateAsync(Admin, new NewApiKey("bot", ["viewer"]));
        var maker = await here.Keys.CreateAsync(Admin, new NewApiKey("ann", ["admin"]) { ExpiresAt = end });
        var caller = here.Table.Find(maker.Text)!.Caller;
        foreach (var act in (Func<Task>[])
        [
            () => here.Keys.CreateAsync(caller, new NewApiKey("x", ["viewer"])),
            () => here.Keys.CreateAsync(caller, new NewApiKey("x", ["viewer"]) { ExpiresAt = end.AddSeconds(1) }),
            () => here.Keys.ChangeAsync(caller, maker.Key.Id, new ApiKeyChange { ExpiresAt = new(null) }),
            () => here.Keys.RotateAsync(caller, lasting.Key.Id, TimeSpan.Zero),
        ])
        {
            var refusal = await RefusalAsync(act);
            Assert.Equal((RegistryError.Forbidden, "expiresAt"), (refusal.Error, refusal.Field));
        }

        var made = await here.Keys.CreateAsync(caller, new NewApiKey("x", ["viewer"]) { ExpiresAt = end });
        Assert.Equal($"key:{maker.Key.Id}", here.Table.Of(made.Key.Id)!.Record.Value.CreatedWith);
        await here.Keys.ChangeAsync(caller, lasting.Key.Id, new ApiKeyChange { Description = new("seen") });
        await here.Keys.RotateAsync(caller, maker.Key.Id, TimeSpan.Zero);
    }

    [Fact]
    public async Task Nobody_gives_or_gets_hold_of_more_than_it_has()
    {
        var here = await StartAsync();
        var owner = await here.Keys.CreateAsync(Operator, new NewApiKey("own", ["owner"]) { Tenant = "acme" });
        Assert.Equal("acme", owner.Key.Tenant);
        foreach (var act in (Func<Task>[])
        [
            () => here.Keys.CreateAsync(Admin, new NewApiKey("x", ["owner"])),
            () => here.Keys.CreateAsync(Admin, new NewApiKey("x", ["viewer"]) { Tenant = "other" }),
            () => here.Keys.CreateAsync(Admin with { Agents = ["sky"] }, new NewApiKey("x", ["viewer"])),
            () => here.Keys.CreateAsync(Admin with { Agents = ["sky"] }, new NewApiKey("x", ["viewer"]) { Agents = ["sky", "sea"] }),
            () => here.Keys.RotateAsync(Admin, owner.Key.Id, TimeSpan.Zero),
            () => here.Keys.ChangeAsync(Admin, owner.Key.Id, new ApiKeyChange { Roles = new(["viewer"]) }),
            () => here.Keys.ListAsync(Admin, "other"),
            () => here.Keys.ListAsync(Admin with { Allowed = RegistryRoles.Of(["user"]) }),
            () => here.Keys.CreateAsync(Admin with { Allowed = RegistryRoles.Of(["devops"]) }, new NewApiKey("x", ["viewer"])),
        ])
        {
            Assert.Equal(RegistryError.Forbidden, (await RefusalAsync(act)).Error);
        }

        var other = Admin with { Tenant = "other" };
        Assert.Null(await here.Keys.GetAsync(other, owner.Key.Id));
        Assert.Equal(RegistryError.NotFound, (await RefusalAsync(() => here.Keys.RevokeAsync(other, owner.Key.Id))).Error);
        Assert.Empty((await here.Keys.ListAsync(other)).Keys);
        Assert.NotNull(await here.Keys.GetAsync(Operator, owner.Key.Id));
        Assert.NotNull(here.Table.Find(owner.Text));
    }

    [Theory]
    [InlineData("", "viewer", null, "subject")]
    [InlineData("x", "", null, "roles")]
    [InlineData("x", "king", null, "roles")]
    [InlineData("x", "viewer", "", "agents")]
    [InlineData("x", "viewer", "..", "agents[0]")]
    public async Task What_is_wrong_with_a_new_key_is_named(string subject, string role, string? agent, string field)
    {
        var here = await StartAsync();
        var key = new NewApiKey(subject, role.Length == 0 ? [] : [role]) { Agents = agent is null ? null : agent.Length == 0 ? [] : [agent] };
        var refusal = await RefusalAsync(() => here.Keys.CreateAsync(Admin, key));
        Assert.Equal((RegistryError.Invalid, field), (refusal.Error, refusal.Field));
        Assert.Empty((await here.Keys.ListAsync(Admin)).Keys);
    }

    [Fact]
    public async Task They_are_listed_page_by_page()
    {
        var here = await StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await here.Keys.CreateAsync(Admin, new NewApiKey($"bot-{i}", ["viewer"]));
        }

        var first = await here.Keys.ListAsync(Admin, pageSize: 3);
        var rest = await here.Keys.ListAsync(Admin, pageSize: 3, pageToken: first.NextPageToken);
        Assert.Equal((3, 2, null), (first.Keys.Count, rest.Keys.Count, rest.NextPageToken));
        Assert.Equal(5, first.Keys.Concat(rest.Keys).Select(key => key.Subject).Distinct().Count());
        Assert.Equal("page_size", (await RefusalAsync(() => here.Keys.ListAsync(Admin, pageSize: 101))).Field);
    }

    [Fact]
    public async Task Its_last_use_is_written_down_once_a_minute_and_told_everywhere()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        var made = await here.Keys.CreateAsync(Admin, new NewApiKey("bot", ["viewer"]));
        Assert.Null((await here.Keys.GetAsync(Admin, made.Key.Id))!.LastUsedAt);
        var at = time.GetUtcNow();
        here.Table.Find(made.Text);
        Assert.Equal(at, (await here.Keys.GetAsync(Admin, made.Key.Id))!.LastUsedAt);
        using var service = new KeyUseService(here.Table, here.Records, Loops(), time);
        await service.WriteAsync(Cancellation);
        await Within2sAsync(() => there.Records.Find(KeyUse.Type, "acme", made.Key.Id)?.Value.At == at);
        var revision = await store.CurrentRevisionAsync(TrustKind.Kind, Cancellation);
        time.Advance(TimeSpan.FromSeconds(30));
        here.Table.Find(made.Text);
        await service.WriteAsync(Cancellation);
        Assert.Equal(revision, await store.CurrentRevisionAsync(TrustKind.Kind, Cancellation));
        Assert.Equal(at.AddSeconds(30), (await here.Keys.GetAsync(Admin, made.Key.Id))!.LastUsedAt);
    }

    [Fact]
    public async Task While_the_store_is_down_known_keys_go_on_and_of_others_nobody_can_tell()
    {
        var down = new Down(store);
        var here = await StartAsync(down);
        var made = await here.Keys.CreateAsync(Admin, new NewApiKey("bot", ["viewer"]));
        down.IsDown = true;
        Assert.NotNull(here.Table.Find(made.Text));
        var unknown = $"ork_zzzzzzzzzz_{made.Text[15..]}";
        Assert.Equal(RegistryError.Unavailable, (await RefusalAsync(async () => await here.Table.FindAsync(unknown, Cancellation))).Error);
        Assert.Null(await here.Table.FindAsync("ork_no", Cancellation));
        down.IsDown = false;
        Assert.Null(await here.Table.FindAsync(unknown, Cancellation));
    }

    [Fact]
    public async Task Of_two_processes_that_start_one_makes_the_first_key_and_a_given_one_is_stored()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        var made = await Task.WhenAll(
            Task.Run(() => here.Admin.EnsureAsync(null, Cancellation)), Task.Run(() => there.Admin.EnsureAsync(null, Cancellation)));
        var text = Assert.Single(made, text => text is not null)!;
        var caller = (await there.Table.FindAsync(text, Cancellation))!.Caller;
        Assert.True(caller.May(Permissions.Tenants) && caller.May(Permissions.AgentsManage));
        Assert.Null(await here.Admin.EnsureAsync(null, Cancellation));

        // Nobody used it in time: it was lost.
        time.Advance(TimeSpan.FromMinutes(5));
        var again = await here.Admin.EnsureAsync(null, Cancellation);
        Assert.NotNull(again);
        Assert.Null(here.Table.Find(text));
        time.Advance(TimeSpan.FromMinutes(5));
        await here.Records.WriteAsync(KeyUse.Type, "default", "firstadmin", new KeyUse(time.GetUtcNow()), before: null, Cancellation);
        Assert.Null(await here.Admin.EnsureAsync(null, Cancellation));
        Assert.NotNull(here.Table.Find(again));

        var taken = await here.Keys.CreateAsync(Admin, new NewApiKey("bot", ["viewer"]));
        Assert.Equal("REGISTRY_ADMIN_KEY", (await RefusalAsync(() => here.Admin.EnsureAsync(taken.Text, Cancellation))).Field);

        var given = $"ork_deployment_{new string('s', 64)}";
        Assert.Null(await here.Admin.EnsureAsync(given, Cancellation));
        Assert.NotNull(here.Table.Find(given));
        var other = given.Replace('s', 't');
        await here.Admin.EnsureAsync(other, Cancellation);
        Assert.Equal((true, false), (here.Table.Find(other) is not null, here.Table.Find(given) is not null));
        var refusal = await RefusalAsync(() => here.Admin.EnsureAsync("secret", Cancellation));
        Assert.Equal("REGISTRY_ADMIN_KEY", refusal.Field);
    }

    [Fact]
    public async Task A_key_of_the_settings_that_was_taken_back_or_rotated_stays_so_at_the_next_start()
    {
        var here = await StartAsync();
        var (taken, rotated) = ($"ork_deployment_{new string('s', 64)}", $"ork_deployment_{new string('t', 64)}");
        await here.Admin.EnsureAsync(taken, Cancellation);
        await here.Keys.RevokeAsync(Operator, "deployment");
        var there = await StartAsync();
        var made = await there.Admin.EnsureAsync(taken, Cancellation);
        Assert.StartsWith("ork_firstadmin_", made, StringComparison.Ordinal);
        Assert.Null(there.Table.Find(taken));

        await there.Admin.EnsureAsync(rotated, Cancellation);
        var next = await there.Keys.RotateAsync(Operator, "deployment", TimeSpan.Zero);
        Assert.Null(await (await StartAsync()).Admin.EnsureAsync(rotated, Cancellation));
        Assert.Equal((false, true), (there.Table.Find(rotated) is not null, there.Table.Find(next.Text) is not null));

        // What the settings did not give comes back by no start, and leaves nothing.
        await there.Keys.RevokeAsync(Operator, "deployment");
        Assert.Equal(2, there.Records.All(RetiredKey.Type).Count());
        await there.Admin.EnsureAsync(taken.Replace('s', 'u'), Cancellation);
        Assert.NotNull(there.Table.Find(taken.Replace('s', 'u')));

        // Nor does one stay that was written while it was taken back.
        var hash = SecretText.Hash(taken.Replace('s', 'u'));
        await there.Records.ChangeAsync(RetiredKey.Type, "default", RetiredKey.IdOf(hash), _ => new RetiredKey(time.GetUtcNow()), Cancellation);
        await there.Admin.EnsureAsync(taken.Replace('s', 'u'), Cancellation);
        Assert.Null(there.Table.Find(taken.Replace('s', 'u')));
    }

    private static async Task<RegistryException> RefusalAsync(Func<Task> act) => await Assert.ThrowsAsync<RegistryException>(act);

    private static async Task Within2sAsync(Func<bool> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(2), "Two seconds have passed.");
            await Task.Delay(1, Cancellation);
        }
    }

    private static BackgroundLoops Loops() => new(TimeProvider.System, NullLogger<BackgroundLoops>.Instance);

    private async Task<Process> StartAsync(IRecordStore? on = null)
    {
        var records = new TrustRecords(on ?? store, new UnreadableRecords(NullLogger<UnreadableRecords>.Instance),
            NullLogger<TrustRecords>.Instance);
        var feed = new TrustFeed(on ?? store, records, Loops(), NullLogger<TrustFeed>.Instance);
        var table = new KeyTable(records, new TrustCatchUp(records, on ?? store, TimeProvider.System), time);
        var tenants = new TenantGate(records, new RegistryOptions());
        var keys = new ApiKeys(records, table, new Operations(new NoAudit(), tenants, room: null!), tenants, time);
        processes.Add(new Process(records, feed, table, keys, new FirstAdmin(records, time, NullLogger<FirstAdmin>.Instance)));
        await feed.StartAsync(Cancellation);
        return processes[^1];
    }

    private sealed record Process(TrustRecords Records, TrustFeed Feed, KeyTable Table, IApiKeys Keys, IFirstAdmin Admin);

    private sealed class NoAudit : IOperationAudit
    {
        public void DemandReady(Caller caller)
        {
        }

        public ValueTask TellAsync(Operation operation, Caller caller, IReadOnlyList<string?> ids, Exception? fault) => default;
    }

    private sealed class Down(IRecordStore inner) : DelegatingStore(inner)
    {
        public bool IsDown { get; set; }

        public override ValueTask<long> CurrentRevisionAsync(RecordKind kind, CancellationToken cancellationToken = default) =>
            IsDown ? throw new RegistryException(RegistryError.Unavailable, "down") : base.CurrentRevisionAsync(kind, cancellationToken);
    }
}

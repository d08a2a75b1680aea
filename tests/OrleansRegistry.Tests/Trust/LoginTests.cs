using OrleansRegistry.Trust.Logins;

namespace OrleansRegistry.Tests.Trust;

/// <summary>Users, logins and sessions as a co-hosting program has them: several processes on one store.</summary>
public sealed partial class LoginTests : IAsyncLifetime
{
    private const string Password = "correct horse";

    private static readonly Caller Operator = new("default", "admin") { Allowed = RegistryRoles.Of(["operator"]) };
    private static readonly Caller Admin = new("acme", "ann") { Allowed = RegistryRoles.Of(["admin"]) };

    [Fact]
    public async Task A_session_names_its_user_and_neither_it_nor_the_password_is_stored()
    {
        var here = await StartAsync();
        var made = await here.Users.CreateAsync(Admin, new NewUser("bob", ["user", "viewer", "user"]), Password);
        Assert.Equal(("bob", "acme", "ann", false), (made.Name, made.Tenant, made.CreatedBy, made.IsDisabled));
        Assert.Equal(["user", "viewer"], made.Roles);
        var login = await here.Logins.LoginAsync("acme", "bob", Password, "10.0.0.1");
        Assert.Matches("^ors_[a-z2-7]{10}_[A-Za-z0-9_-]{43}$", login.Text);
        Assert.DoesNotContain(login.Text!, login.ToString(), StringComparison.Ordinal);
        var admitted = here.Table.Find(login.Text!)!;
        Assert.Equal(
            new Caller("acme", "bob") { Allowed = RegistryRoles.Of(["user"]), Credential = $"session:{login.Session!.Id}" }, admitted.Caller);
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromHours(24), admitted.EndsAt);
        Assert.Equal(login.Session, Assert.Single(await here.Logins.ListAsync(admitted.Caller)));
        Assert.Equal("10.0.0.1", login.Session.Address);
        var stored = await StoredAsync("session", "acme", login.Session.Id) + await StoredAsync("user", "acme", "bob");
        Assert.DoesNotContain(login.Text![15..], stored, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, stored, StringComparison.Ordinal);
        foreach (var wrong in (string[])[login.Text[..^1], login.Text + "x", "ors_", "", login.Text.Replace("ors_", "ork_")])
        {
            Assert.Null(here.Table.Find(wrong));
            Assert.Null(await here.Table.FindAsync(wrong, Cancellation));
        }
    }

    [Fact]
    public async Task Who_is_not_known_or_disabled_or_locked_is_answered_as_who_is_wrong()
    {
        var here = await StartAsync();
        await here.Users.CreateAsync(Admin, new NewUser("bob", ["user"]), Password);
        await here.Users.CreateAsync(Admin, new NewUser("off", ["user"]), Password);
        await here.Users.ChangeAsync(Admin, "off", new UserChange { IsDisabled = true });
        (string User, string Tried)[] all = [("bob", "wrong"), ("nobody", Password), ("off", Password)];
        for (var i = 0; i < 5; i++)
        {
            foreach (var (user, tried) in all)
            {
                Assert.Equal(new LoginResult(null, null, null), await here.Logins.LoginAsync("acme", user, tried));
            }
        }

        var seconds = 5;
        for (var i = 0; i < 3; i++, seconds *= 2)
        {
            foreach (var (user, tried) in all)
            {
                var locked = new LoginResult(null, null, TimeSpan.FromSeconds(seconds));
                Assert.Equal(locked, await here.Logins.LoginAsync("acme", user, tried));
                Assert.Equal(locked, await here.Logins.LoginAsync("acme", user, Password));
            }

            time.Advance(TimeSpan.FromSeconds(seconds));
            foreach (var (user, tried) in all)
            {
                Assert.Equal(new LoginResult(null, null, null), await here.Logins.LoginAsync("acme", user, tried));
            }
        }

        Assert.NotNull((await here.Users.GetAsync(Admin, "bob"))!.LockedUntil);

        // Another process, later started or not, knows it.
        var there = await StartAsync();
        Assert.NotNull((await there.Logins.LoginAsync("acme", "bob", Password)).Wait);
        Assert.NotNull((await there.Logins.LoginAsync("acme", "nobody", Password)).Wait);
        time.Advance(TimeSpan.FromMinutes(15));
        Assert.NotNull((await here.Logins.LoginAsync("acme", "bob", Password)).Session);
        Assert.Null((await here.Logins.LoginAsync("acme", "bob", "wrong")).Wait);
        Assert.NotNull((await here.Logins.LoginAsync("acme", "bob", Password)).Session);

        // What nobody tries any more is removed.
        time.Advance(TimeSpan.FromMinutes(61));
        await here.Throttle.SweepAsync(Cancellation);
        Assert.Empty(here.Records.All(WrongPasswords.Type));
    }

    [Theory]
    [InlineData("own password")]
    [InlineData("set password")]
    [InlineData("roles")]
    [InlineData("disabled")]
    [InlineData("removed")]
    [InlineData("revoked")]
    [InlineData("all revoked")]
    [InlineData("all revoked by an administrator")]
    public async Task Sessions_end_on_every_replica(string how)
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        await here.Users.CreateAsync(Admin, new NewUser("bob", ["user"]), Password);
        var first = await here.Logins.LoginAsync("acme", "bob", Password);
        var second = await there.Logins.LoginAsync("acme", "bob", Password);
        var (atHere, atThere) = (await here.Table.FindAsync(second.Text!, Cancellation), await there.Table.FindAsync(first.Text!, Cancellation));
        var caller = atHere!.Caller;
        await (how switch
        {
            "own password" => here.Users.ChangePasswordAsync(caller, Password, "another one"),
            "set password" => here.Users.SetPasswordAsync(Admin, "bob", "another one"),
            "roles" => here.Users.ChangeAsync(Admin, "bob", new UserChange { Roles = ["viewer"] }),
            "disabled" => here.Users.ChangeAsync(Admin, "bob", new UserChange { IsDisabled = true }),
            "removed" => here.Users.RemoveAsync(Admin, "bob"),
            "revoked" => RevokeBothAsync(),
            "all revoked" => here.Logins.RevokeAllAsync(caller),
            _ => here.Logins.RevokeAllAsync(Admin, "bob"),
        });

        Assert.True(atHere.Ended.IsCancellationRequested);
        Assert.Null(here.Table.Find(first.Text!));
        Assert.Null(here.Table.Find(second.Text!));
        await Within2sAsync(() => atThere!.Ended.IsCancellationRequested && there.Table.Find(second.Text!) is null);
        Assert.Null(await there.Table.FindAsync(first.Text!, Cancellation));
        await here.Table.SweepAsync(Cancellation);
        Assert.Empty(here.Records.All(SessionRecord.Type));
        if (how.EndsWith("password", StringComparison.Ordinal))
        {
            Assert.Null((await there.Logins.LoginAsync("acme", "bob", Password)).Session);
            Assert.NotNull((await there.Logins.LoginAsync("acme", "bob", "another one")).Session);
        }

        async Task RevokeBothAsync()
        {
            await here.Logins.RevokeAsync(caller, first.Session!.Id);
            await here.Logins.RevokeAsync(Admin, second.Session!.Id);
        }
    }

    [Fact]
    public async Task Sessions_outlive_processes_and_end_by_themselves()
    {
        var before = await StartAsync();
        await before.Users.CreateAsync(Admin, new NewUser("bob", ["user"]), Password);
        var login = await before.Logins.LoginAsync("acme", "bob", Password);
        await before.Feed.StopAsync(Cancellation);

        var after = await StartAsync();
        Assert.NotNull(after.Table.Find(login.Text!));
        time.Advance(TimeSpan.FromHours(24));
        Assert.Null(after.Table.Find(login.Text!));
        Assert.Null(await after.Table.FindAsync(login.Text!, Cancellation));
        Assert.Empty(await after.Logins.ListAsync(Admin, "bob"));
        await after.Table.SweepAsync(Cancellation);
        Assert.Empty(after.Records.All(SessionRecord.Type));

        // Of very many logins the newest count.
        for (var i = 0; i < 102; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            login = await after.Logins.LoginAsync("acme", "bob", Password);
        }

        var open = await after.Logins.ListAsync(Admin, "bob");
        Assert.Equal((100, login.Session!.Id), (open.Count, open[^1].Id));
        Assert.Equal(100, after.Records.All(SessionRecord.Type).Count());
    }

    [Fact]
    public async Task Nobody_manages_who_may_do_more()
    {
        var here = await StartAsync();
        await here.Users.CreateAsync(Operator, new NewUser("boss", ["owner"]) { Tenant = "acme" }, Password);
        var viewer = Admin with { Allowed = RegistryRoles.Of(["viewer"]) };
        Func<Task>[] refused =
        [
            () => here.Users.CreateAsync(Admin, new NewUser("x", ["operator"]), Password),
            () => here.Users.CreateAsync(Admin with { Agents = ["sky"] }, new NewUser("x", ["viewer"]), Password),
            () => here.Users.CreateAsync(Admin, new NewUser("x", ["user"]) { Tenant = "other" }, Password),
            () => here.Users.ChangeAsync(Admin, "boss", new UserChange { IsDisabled = true }),
            () => here.Users.SetPasswordAsync(Admin, "boss", Password),
            () => here.Users.RemoveAsync(Admin, "boss"),
            () => here.Users.ListAsync(Admin, "other"),
            () => here.Users.ListAsync(viewer),
            () => here.Logins.ListAsync(viewer, "boss"),
            () => here.Logins.RevokeAllAsync(viewer, "boss"),
            () => here.Logins.ListAsync(Admin, "boss", "other"),
        ];
        foreach (var call in refused)
        {
            Assert.Equal(RegistryError.Forbidden, (await RefusalAsync(call)).Error);
        }

        var session = (await here.Logins.LoginAsync("acme", "boss", Password)).Session!;
        Assert.Equal(RegistryError.NotFound, (await RefusalAsync(() => here.Logins.RevokeAsync(viewer, session.Id))).Error);
        Assert.Equal(RegistryError.NotFound, (await RefusalAsync(() => here.Users.RemoveAsync(Admin, "nobody"))).Error);
        Assert.Equal(RegistryError.NotFound, (await RefusalAsync(() => here.Users.ChangePasswordAsync(Admin, Password, Password))).Error);
        Assert.Equal(RegistryError.Conflict, (await RefusalAsync(
            () => here.Users.CreateAsync(Admin, new NewUser("boss", ["user"]), Password))).Error);
        var boss = new Caller("acme", "boss");
        Assert.Equal(RegistryError.Forbidden, (await RefusalAsync(() => here.Users.ChangePasswordAsync(boss, "wrong", Password))).Error);
        foreach (var (name, password, roles, field) in ((string, string, string[], string)[])
            [("", Password, ["user"], "name"), ("a b", Password, ["user"], "name"), ("..", Password, ["user"], "name"),
                (new string('a', 65), Password, ["user"], "name"), ("x", "1234567", ["user"], "password"),
                ("x", new string('a', 257), ["user"], "password"), ("x", Password, [], "roles"), ("x", Password, ["king"], "roles")])
        {
            Assert.Equal(field, (await RefusalAsync(() => here.Users.CreateAsync(Admin, new NewUser(name, roles), password))).Field);
        }
    }

    [Fact]
    public async Task The_first_user_is_made_once()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        Assert.Equal("REGISTRY_ADMIN_PASSWORD", (await RefusalAsync(() => here.First.EnsureAsync("short", Cancellation))).Field);
        var made = await here.First.EnsureAsync(null, Cancellation);
        Assert.Null(await there.First.EnsureAsync(null, Cancellation));
        var login = await there.Logins.LoginAsync("default", "admin", made!);
        Assert.True((await there.Table.FindAsync(login.Text!, Cancellation))!.Caller.May(Permissions.Backups));
        Assert.Null(await here.First.EnsureAsync("a password of settings", Cancellation));
        Assert.Null((await here.Logins.LoginAsync("default", "admin", "a password of settings")).Session);
        await here.Users.ChangeAsync(Operator, "admin", new UserChange { IsDisabled = true });
        Assert.Null(await here.First.EnsureAsync("a password of settings", Cancellation));
        Assert.NotNull((await here.Logins.LoginAsync("default", "admin", "a password of settings")).Session);

        // Who is taken back again does not come back by the same password, whether removed or disabled.
        await here.Users.RemoveAsync(Operator, "admin");
        var shown = await here.First.EnsureAsync("a password of settings", Cancellation);
        Assert.Null((await here.Logins.LoginAsync("default", "admin", "a password of settings")).Session);
        Assert.NotNull((await here.Logins.LoginAsync("default", "admin", shown!)).Session);
        await here.Users.RemoveAsync(Operator, "admin");
        Assert.Null(await here.First.EnsureAsync("another of settings", Cancellation));
        Assert.NotNull((await here.Logins.LoginAsync("default", "admin", "another of settings")).Session);
    }

    [Fact]
    public async Task A_storm_of_logins_hashes_one_at_a_time_and_refuses_the_rest_at_once()
    {
        using var hashing = new PasswordHashing(options, atOnce: 1);
        var gate = new TaskCompletionSource();
        var (running, most) = (0, 0);
        var waiting = Enumerable.Range(0, 17).Select(_ => hashing.RunAsync(
            async () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await gate.Task;
                Interlocked.Decrement(ref running);
                return true;
            },
            Cancellation)).ToList();
        var refusal = await RefusalAsync(() => hashing.RunAsync(() => Task.FromResult(true), Cancellation));
        Assert.Equal((RegistryError.Busy, TimeSpan.FromSeconds(1)), (refusal.Error, refusal.RetryAfter));
        gate.SetResult();
        Assert.All(await Task.WhenAll(waiting), Assert.True);
        Assert.Equal(1, most);
        Assert.True(await hashing.RunAsync(() => Task.FromResult(true), Cancellation));
    }

    [Fact]
    public async Task An_address_that_tries_many_names_is_slowed_down_and_few_are_remembered()
    {
        var here = await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.Null((await here.Logins.LoginAsync("acme", $"name{i}", Password, "2001:db8::1")).Wait);
        }

        Assert.Equal(TimeSpan.FromSeconds(15), (await here.Logins.LoginAsync("acme", "bob", Password, "2001:db8::2")).Wait);
        Assert.Null((await here.Logins.LoginAsync("acme", "bob", Password, "2001:db8:0:1::1")).Wait);
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Null((await here.Logins.LoginAsync("acme", "bob", Password, "2001:db8::1")).Wait);
        Assert.NotNull((await here.Logins.LoginAsync("acme", "bob", Password, "2001:db8::1")).Wait);

        var addresses = new SlowAddresses(time);
        for (var i = 0; i < SlowAddresses.Most + 5; i++)
        {
            addresses.Wrong($"10.0.{i / 256}.{i % 256}");
        }

        Assert.InRange(addresses.Count, SlowAddresses.Most / 2, SlowAddresses.Most);
    }
}

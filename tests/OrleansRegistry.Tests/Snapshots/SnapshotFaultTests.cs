using OrleansRegistry.Objects;
using OrleansRegistry.Snapshots;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Snapshots.SnapshotRegistry;

namespace OrleansRegistry.Tests.Snapshots;

/// <summary>What ends in the middle, what fails, and what cleans up behind it.</summary>
public sealed class SnapshotFaultTests(SnapshotRegistry registry) : IClassFixture<SnapshotRegistry>
{
    private readonly Caller caller = TestRegistry.NewCaller();

    [Fact]
    public async Task What_was_left_between_file_and_record_is_never_seen_and_swept_after_an_hour()
    {
        var kept = await registry.SaveAsync(caller, "[1]");
        registry.Store.BeforeWrite = (kind, _) =>
        {
            if (kind == SnapshotKind.Kind)
            {
                // As if the process had gone: what comes after does not happen.
                registry.Objects.Before = (_, _) => throw new ObjectStoreException(ObjectStoreError.Unavailable, "gone");
                throw new RegistryException(RegistryError.Unavailable, "gone");
            }
        };
        await Assert.ThrowsAsync<RegistryException>(() => registry.SaveAsync(caller, "[2]"));
        registry.Store.BeforeWrite = null;
        registry.Objects.Before = null;
        Assert.Equal(2, registry.FilesOf(caller).Length);
        Assert.Equal([kept], (await registry.Snapshots.ListAsync(caller)).Snapshots);

        await SweepAsync(TimeSpan.Zero);
        Assert.Equal(2, registry.FilesOf(caller).Length);
        await SweepAsync(TimeSpan.FromHours(2));
        Assert.Single(registry.FilesOf(caller));
        Assert.Equal("[1]", await registry.LoadAsync(caller, kept));
        Assert.Equal(1, (await registry.SaveAsync(caller)).Index);
    }

    [Fact]
    public async Task The_sweep_leaves_what_is_not_this_registrys()
    {
        await registry.SaveAsync(caller);
        var folder = Path.GetRelativePath(registry.Objects.Folder, registry.FilesOf(caller).Single()).Split('/')[0];
        string[] names =
        [
            "foreign.json.gz",
            $"{folder}/note.json.gz",
            "snapshots-0123456789ab/t/a/s_0_20260101_000000_0123456789abcdef0123456789abcdef.json.gz",
        ];
        foreach (var name in names)
        {
            await registry.Objects.PutAsync(name, new MemoryStream([1]));
        }

        await SweepAsync(TimeSpan.FromDays(30));
        Assert.All(names, name => Assert.True(File.Exists(Path.Combine(registry.Objects.Folder, name)), name));
        Assert.Single(registry.FilesOf(caller));
    }

    [Fact]
    public async Task A_store_that_gives_back_something_else_saves_nothing()
    {
        registry.Objects.Garble = bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];
        var refused = await Assert.ThrowsAsync<RegistryException>(() => registry.SaveAsync(caller));
        Assert.Equal(RegistryError.Unavailable, refused.Error);
        registry.Objects.Garble = bytes => bytes[..^1];
        await Assert.ThrowsAsync<RegistryException>(() => registry.SaveAsync(caller));
        registry.Objects.Garble = null;
        Assert.Empty(registry.FilesOf(caller));
        Assert.Empty((await registry.Snapshots.ListAsync(caller)).Snapshots);
    }

    [Theory]
    [InlineData(ObjectStoreError.Full, RegistryError.StorageFull)]
    [InlineData(ObjectStoreError.Unavailable, RegistryError.Unavailable)]
    [InlineData(ObjectStoreError.Denied, RegistryError.Unavailable)]
    [InlineData(ObjectStoreError.Configuration, RegistryError.Unavailable)]
    [InlineData(ObjectStoreError.TooLarge, RegistryError.TooLarge)]
    public async Task Faults_of_the_store_name_no_place_to_callers(ObjectStoreError fault, RegistryError error)
    {
        registry.Objects.Before = (call, _) => call == "put" ? throw new ObjectStoreException(fault, "bucket secret-bucket") : Task.CompletedTask;
        var refused = await Assert.ThrowsAsync<RegistryException>(() => registry.SaveAsync(caller));
        registry.Objects.Before = null;
        Assert.Equal(error, refused.Error);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delete_whose_file_stays_is_finished_by_the_sweep()
    {
        var saved = await registry.SaveAsync(caller);
        registry.Objects.Before = (call, _) => call == "delete"
            ? throw new ObjectStoreException(ObjectStoreError.Unavailable, "down")
            : Task.CompletedTask;
        await registry.Snapshots.DeleteAsync(caller, "a", saved.Id);
        registry.Objects.Before = null;
        Assert.Empty((await registry.Snapshots.ListAsync(caller)).Snapshots);
        Assert.Single(registry.FilesOf(caller));
        await SweepAsync(TimeSpan.FromHours(2));
        Assert.Empty(registry.FilesOf(caller));
    }

    [Fact]
    public async Task Only_the_newest_of_a_session_are_kept_and_none_beyond_the_retention()
    {
        await using var registry = await SnapshotRegistry.StartAsync(options => options with { Keep = 3, Retention = TimeSpan.FromDays(10) });
        for (var i = 0; i < 6; i++)
        {
            await registry.SaveAsync(caller, $"[{i}]");
            await registry.SaveAsync(caller, $"[{i}]", session: "other");

            // Files have the time of the machine: were the registry's far ahead, the sweep would take one that is being stored for one left behind.
            registry.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var query = new SnapshotQuery { SessionId = "s" };
        Assert.Equal([5, 4, 3], (await registry.Snapshots.ListAsync(caller, query)).Snapshots.Select(snapshot => snapshot.Index));
        Assert.Equal(6, registry.Objects.Files.Count());

        registry.Time.Advance(TimeSpan.FromDays(10) - TimeSpan.FromMinutes(2));
        await registry.Upkeep.ApplyRetentionAsync(default);
        Assert.Equal([5], (await registry.Snapshots.ListAsync(caller, query)).Snapshots.Select(snapshot => snapshot.Index));

        // The registry's own upkeep may be at it too, whose time came as well: a record goes before its file.
        await Eventually.TrueAsync(() => registry.Objects.Files.Count() == 2, "the files to go");
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_spoils_no_list_and_can_be_deleted()
    {
        var saved = await registry.SaveAsync(caller);
        var other = await registry.SaveAsync(caller);
        var key = SnapshotKind.KeyOf(caller.Tenant, caller.Subject, "a", "s", saved.Index);
        var stored = (await registry.Store.ReadAsync(SnapshotKind.Kind, key))!;
        await registry.Store.WriteAsync(
            SnapshotKind.Kind, key, stored.Version, stored.Body with { Document = RawJson.FromValid("{\"format_version\":9}"u8) });
        var page = await registry.Snapshots.ListAsync(caller);
        Assert.Equal([other], page.Snapshots);
        Assert.Equal([key.Id], page.Unreadable);
        Assert.Equal(
            RegistryError.Unreadable,
            (await Assert.ThrowsAsync<RegistryException>(() => registry.Snapshots.GetAsync(caller, "a", saved.Id))).Error);
        await registry.Snapshots.DeleteAsync(caller, "a", saved.Id);
        Assert.Empty((await registry.Snapshots.ListAsync(caller)).Unreadable);
    }

    [Fact]
    public async Task A_scheduled_snapshot_has_the_card_and_the_open_tasks_and_is_made_once()
    {
        await registry.Agents.RegisterAsync(caller, Cards.Registration("One", id: "one"));
        await registry.Agents.RegisterAsync(caller, Cards.Registration("Two", id: "two"));
        var open = await SubmitAsync("open");
        var done = await SubmitAsync("done");
        await registry.Tasks.CancelAsync(caller, done);

        var due = new DateTimeOffset(2026, 1, 31, 3, 0, 0, TimeSpan.Zero);
        Assert.Equal(2, await registry.Schedule.MakeAsync(due, default));
        Assert.Equal(0, await registry.Schedule.MakeAsync(due, default));
        var made = (await registry.Snapshots.GetLatestAsync(caller, "one", SnapshotSchedule.Session))!;
        Assert.Equal((due.ToUnixTimeSeconds(), due), (made.Index, made.Timestamp));
        var state = System.Text.Json.JsonDocument.Parse(await registry.LoadAsync(caller, made)).RootElement;
        Assert.Equal("One", state.GetProperty("agent_card").GetProperty("name").GetString());
        Assert.Equal([open], state.GetProperty("open_tasks").EnumerateArray().Select(task => task.GetProperty("id").GetString()));

        // Only what changed.
        await registry.Tasks.CancelAsync(caller, open);
        Assert.Equal(1, await registry.Schedule.MakeAsync(due.AddHours(1), default));

        // Two silos that make the same at once: the second finds its index taken.
        Assert.Equal(0, await registry.Schedule.MakeAsync(due.AddHours(1), default));

        async Task<string> SubmitAsync(string id) => (await registry.Tasks.SubmitAsync(
            caller, new TaskSubmission(Json("""{"role":"ROLE_USER","parts":[{"text":"hello"}]}""")) { TaskId = id, AgentId = "one" })).Task.Id;
    }

    private async Task SweepAsync(TimeSpan age)
    {
        registry.Objects.Age = age;
        await registry.Upkeep.SweepAsync(default);
        registry.Objects.Age = TimeSpan.Zero;
    }
}

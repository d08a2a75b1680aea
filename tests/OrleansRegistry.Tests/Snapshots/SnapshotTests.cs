using System.Text;
using System.Text.Json;
using OrleansRegistry.Objects;
using OrleansRegistry.Snapshots;
using static OrleansRegistry.Tests.Snapshots.SnapshotRegistry;

namespace OrleansRegistry.Tests.Snapshots;

public sealed class SnapshotTests(SnapshotRegistry registry) : IClassFixture<SnapshotRegistry>
{
    private readonly Caller caller = TestRegistry.NewCaller();

    private ISnapshotStore Snapshots => registry.Snapshots;

    [Fact]
    public async Task What_is_saved_is_read_and_found_by_id_session_and_index()
    {
        var first = await registry.SaveAsync(caller, """{ "b": 1.0, "a": [1, 2.50] }""");
        var second = await registry.SaveAsync(caller, "[2]");
        var other = await registry.SaveAsync(caller, "[3]", session: "t", index: 7);
        Assert.Equal((0, 1, 7), (first.Index, second.Index, other.Index));
        Assert.Equal("""{"a":[1,2.5],"b":1.0}""", await registry.LoadAsync(caller, first));
        Assert.Equal(first, await Snapshots.GetAsync(caller, "a", first.Id));
        Assert.Equal(second, await Snapshots.FindAsync(caller, "a", "s", 1));
        Assert.Equal(other, await Snapshots.GetLatestAsync(caller, "a"));
        Assert.Equal(second, await Snapshots.GetLatestAsync(caller, "a", "s"));
        Assert.Equal(first, await Snapshots.VerifyAsync(caller, "a", first.Id));
        Assert.Null(await Snapshots.GetAsync(caller, "b", first.Id));
        Assert.Null(await Snapshots.FindAsync(caller, "a", "s", 2));
        Assert.Null(await Snapshots.GetLatestAsync(caller, "a", "u"));

        await Snapshots.DeleteAsync(caller, "a", first.Id);
        Assert.Null(await Snapshots.GetAsync(caller, "a", first.Id));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.DeleteAsync(caller, "a", first.Id));
        await RefusedAsync(RegistryError.NotFound, () => registry.LoadAsync(caller, first));
    }

    [Fact]
    public async Task A_file_is_as_Persist_writes_it()
    {
        var saved = await Snapshots.SaveAsync(
            caller,
            new SnapshotSave { AgentId = "a\"é", SessionId = "s", Index = 3, Description = "before\nthe\u0001 trip 😀" },
            new MemoryStream(Json("""{"b":1,"a":null}""")));
        await using var content = await Snapshots.OpenFileAsync(caller, saved.AgentId, saved.Id);
        using var bytes = new MemoryStream();
        await content.Stream.CopyToAsync(bytes);
        Assert.Equal((saved.CompressedSize, content.Length), (bytes.Length, bytes.Length));
        var time = saved.Timestamp.ToString(saved.Timestamp.Millisecond == 0 ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss.fffZ");
        Assert.Equal(
            """{"metadata":{"agent_id":"a\"é","session_id":"s","snapshot_index":3,"timestamp":"TIME","content_hash":"HASH","""
                .Replace("TIME", time, StringComparison.Ordinal).Replace("HASH", saved.ContentHash, StringComparison.Ordinal)
            + "\"format_version\":1,\"snapshot_id\":\"" + saved.Id + "\",\"description\":\"before\\nthe\\u0001 trip 😀\","
            + "\"uncompressed_size\":16,\"compressed_size\":null,\"compression_algorithm\":\"gzip\"},\"agent_state\":{\"a\":null,\"b\":1}}",
            Gunzip(bytes.ToArray()));

        // Into another tenant, and as often as one likes.
        var target = TestRegistry.NewCaller();
        for (var i = 0; i < 2; i++)
        {
            bytes.Position = 0;
            var imported = await Snapshots.ImportAsync(target, null, bytes);
            Assert.Equal(
                saved with { Tenant = target.Tenant, SavedAt = imported.SavedAt, Repeated = i > 0, CompressedSize = imported.CompressedSize },
                imported);
            Assert.Equal("""{"a":null,"b":1}""", await registry.LoadAsync(target, imported));
        }
    }

    /// <summary>Members in another order, unknown ones, times to the nanosecond, and a state that is not in order.</summary>
    [Fact]
    public async Task A_file_of_Persist_is_read()
    {
        const string State = """{"z": 1.0, "a": 0.9452706955539224}""";
        const string Hash = "HASH";
        var file = FileOf(State, Hash).Replace(Hash, HashOf("""{"a":0.9452706955539224,"z":1.0}"""), StringComparison.Ordinal);
        var imported = await Snapshots.ImportAsync(caller, "weather", new MemoryStream(Gzip(file)));
        Assert.Equal(
            ("weather", "default_session", 4, "11111111-2222-4333-8444-555555555555", "a note"),
            (imported.AgentId, imported.SessionId, imported.Index, imported.Id, imported.Description));
        Assert.Equal(new DateTimeOffset(2025, 7, 1, 12, 30, 15, 123, TimeSpan.Zero), imported.Timestamp);
        Assert.Equal("""{"a":0.9452706955539224,"z":1.0}""", await registry.LoadAsync(caller, imported));
    }

    [Theory]
    [InlineData("\"format_version\":1", "\"format_version\":2", "metadata.format_version", "InvalidFormat")]
    [InlineData("\"agent_id\":\"weather\",", "", "metadata.agent_id", "MissingMetadata")]
    [InlineData("\"content_hash\":", "\"hash\":", "metadata.content_hash", "MissingMetadata")]
    [InlineData("\"session_id\":\"default_session\"", "\"session_id\":\"\"", "metadata.session_id", "Validation")]
    [InlineData("\"snapshot_index\":4", "\"snapshot_index\":-1", "metadata.snapshot_index", "whole number")]
    [InlineData("2025-07-01T", "2025-07-99T", "metadata.timestamp", "must be a time")]
    [InlineData("\"metadata\":", "\"meta\":", "metadata", "MissingMetadata")]
    [InlineData("\"agent_state\":", "\"state\":", "agent_state", "InvalidFormat")]
    [InlineData("[1,2]", "[1,3]", "metadata.content_hash", "IntegrityCheckFailed")]
    [InlineData("\"weather\"", "\"news\"", "metadata.agent_id", "'news', not 'weather'")]
    [InlineData("[1,2]", "[1,2", "file", "not valid JSON")]
    public async Task A_file_that_is_wrong_is_refused_by_what_is_wrong(string what, string with, string field, string message)
    {
        var file = FileOf("[1,2]", HashOf("[1,2]"));
        Assert.Contains(what, file, StringComparison.Ordinal);
        var refused = await RefusedAsync(
            RegistryError.Invalid,
            () => Snapshots.ImportAsync(
                caller, "weather", new MemoryStream(Gzip(file.Replace(what, with, StringComparison.Ordinal)))));
        Assert.Equal(field, refused.Field);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Empty((await Snapshots.ListAsync(caller)).Snapshots);
    }

    [Fact]
    public async Task A_file_that_is_not_gzip_cut_off_or_a_bomb_is_refused()
    {
        var good = Gzip(FileOf("[1,2]", HashOf("[1,2]")));
        foreach (var bad in (byte[][])[Json("{}"), [], good[..^20], good[..40], [.. good[..60], 0xFF, .. good[61..]]])
        {
            await RefusedAsync(RegistryError.Invalid, () => Snapshots.ImportAsync(caller, null, new MemoryStream(bad)));
        }

        using var zeros = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(zeros, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("{\"agent_state\":\""u8);
            var piece = new byte[1024 * 1024];
            piece.AsSpan().Fill((byte)'x');
            for (var i = 0; i < 14; i++)
            {
                gzip.Write(piece);
            }
        }

        zeros.Position = 0;
        await RefusedAsync(RegistryError.TooLarge, () => Snapshots.ImportAsync(caller, null, zeros));
    }

    [Fact]
    public async Task A_stored_file_that_was_damaged_is_refused_with_what_was_expected_and_found()
    {
        var saved = await registry.SaveAsync(caller, "[\"" + new string('a', 3000) + "\",1]");
        var path = registry.FilesOf(caller).Single();
        var good = await File.ReadAllBytesAsync(path);
        var text = Gunzip(good);
        var cases = new (byte[] File, string Says)[]
        {
            (good[..^10], "cut off"),
            (good[..50], "cut off"),
            ([], "cut off"),
            ([.. good[..100], (byte)(good[100] ^ 0x55), .. good[101..]], "damaged"),
            (Gzip(text.Replace(",1]", ",2]", StringComparison.Ordinal)), saved.ContentHash),
            (Gzip(text.Replace("\"snapshot_index\":0", "\"snapshot_index\":9", StringComparison.Ordinal)), "metadata"),
            (Gzip(text + " "), "goes on"),
        };
        foreach (var (file, says) in cases)
        {
            await File.WriteAllBytesAsync(path, file);
            var refused = await RefusedAsync(RegistryError.Unreadable, () => Snapshots.VerifyAsync(caller, "a", saved.Id));
            Assert.Contains(says, refused.Message, StringComparison.Ordinal);
            await RefusedAsync(RegistryError.Unreadable, () => registry.LoadAsync(caller, saved));
        }

        File.Delete(path);
        var missing = await RefusedAsync(RegistryError.Unreadable, () => Snapshots.VerifyAsync(caller, "a", saved.Id));
        Assert.Contains("not in the store", missing.Message, StringComparison.Ordinal);

        // It is listed all the same, and can be deleted.
        Assert.Single((await Snapshots.ListAsync(caller)).Snapshots);
        await Snapshots.DeleteAsync(caller, "a", saved.Id);
    }

    [Fact]
    public async Task An_index_is_taken_once_unless_it_is_to_be_replaced()
    {
        var first = await registry.SaveAsync(caller, "[1]", index: 5);
        var refused = await RefusedAsync(RegistryError.Conflict, () => registry.SaveAsync(caller, "[2]", index: 5));
        Assert.Equal("index", refused.Field);
        var replace = new SnapshotSave { AgentId = "a", SessionId = "s", Index = 5, Replace = true };
        var second = await Snapshots.SaveAsync(caller, replace, new MemoryStream(Json("[2]")));
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal([second], (await Snapshots.ListAsync(caller)).Snapshots);
        Assert.Single(registry.FilesOf(caller));
        Assert.Equal(6, (await registry.SaveAsync(caller)).Index);
    }

    [Fact]
    public async Task Saves_at_the_same_time_get_an_index_each()
    {
        var saved = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => registry.SaveAsync(caller, $"[{i}]")));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), saved.Select(snapshot => snapshot.Index).Order());
    }

    [Fact]
    public async Task A_request_that_names_itself_is_carried_out_once()
    {
        var named = caller with { IdempotencyKey = "k" };
        var first = await registry.SaveAsync(named);
        var again = await registry.SaveAsync(named);
        Assert.Equal(first with { Repeated = true }, again);
        await RefusedAsync(RegistryError.KeyReused, () => registry.SaveAsync(named, "[9]"));
        Assert.Single((await Snapshots.ListAsync(caller)).Snapshots);
    }

    [Fact]
    public async Task Another_owners_snapshots_are_not_there()
    {
        var bob = caller with { Subject = "bob" };
        await registry.Agents.RegisterAsync(caller, Cards.Registration("Owned", id: "owned"));
        var saved = await registry.SaveAsync(caller, agent: "owned");
        Assert.Equal(RegistryError.Forbidden, (await RefusedAsync(RegistryError.Forbidden, () => registry.SaveAsync(bob, agent: "owned"))).Error);
        Assert.Null(await Snapshots.GetAsync(bob, "owned", saved.Id));
        Assert.Null(await Snapshots.FindAsync(bob, "owned", "s", 0));
        Assert.Null(await Snapshots.GetLatestAsync(bob, "owned"));
        Assert.Empty((await Snapshots.ListAsync(bob)).Snapshots);
        await RefusedAsync(RegistryError.NotFound, () => registry.LoadAsync(bob, saved));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.OpenFileAsync(bob, "owned", saved.Id));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.VerifyAsync(bob, "owned", saved.Id));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.DeleteAsync(bob, "owned", saved.Id));

        // Who sees all owners reads, and changes nothing.
        var auditor = caller with { Subject = "auditor", SeesAllOwners = true };
        Assert.Equal("""{"a":1}""", await registry.LoadAsync(auditor, saved));
        Assert.Equal([saved], (await Snapshots.ListAsync(auditor)).Snapshots);
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.DeleteAsync(auditor, "owned", saved.Id));

        // Of an agent that nobody is known to own, each has snapshots of its own, by the same indexes.
        Assert.Equal(0, (await registry.SaveAsync(caller, agent: "free")).Index);
        Assert.Equal(0, (await registry.SaveAsync(bob, agent: "free")).Index);
        Assert.Single((await Snapshots.ListAsync(bob)).Snapshots);
        Assert.Equal(3, (await Snapshots.ListAsync(auditor)).Snapshots.Count);
    }

    [Theory]
    [InlineData("../../etc/passwd", "..%2f..")]
    [InlineData("/", "\\..\\x")]
    [InlineData(".store", ".hidden")]
    [InlineData("a/../b", "é€😀")]
    [InlineData("CON", "a\u202eb")]
    public async Task Names_lead_to_no_other_place(string agent, string session)
    {
        var saved = await registry.SaveAsync(caller, agent: agent, session: session);
        Assert.Equal("""{"a":1}""", await registry.LoadAsync(caller, saved));
        var file = registry.FilesOf(caller).Single();
        Assert.Equal(5, Path.GetRelativePath(registry.Objects.Folder, file).Split('/').Length + 1);
        Assert.Equal([saved], (await Snapshots.ListAsync(caller, new SnapshotQuery { AgentId = agent, SessionId = session })).Snapshots);
    }

    [Theory]
    [InlineData("", "s", null, "agent_id")]
    [InlineData("a", "", null, "session_id")]
    [InlineData("..", "s", null, "agent_id")]
    [InlineData("a", "\u0000", null, "session_id")]
    [InlineData("a", "s", -1L, "index")]
    public async Task Names_that_are_none_are_refused(string agent, string session, long? index, string field) =>
        Assert.Equal(
            field,
            (await RefusedAsync(RegistryError.Invalid, () => registry.SaveAsync(caller, agent: agent, session: session, index: index))).Field);

    [Fact]
    public async Task States_that_are_none_or_too_large_leave_nothing_behind()
    {
        await RefusedAsync(RegistryError.Invalid, () => registry.SaveAsync(caller, "{"));
        await RefusedAsync(RegistryError.TooLarge, () => registry.SaveAsync(caller, $"\"{new string('x', 12 * 1024 * 1024)}\""));
        await RefusedAsync(
            RegistryError.Invalid,
            () => Snapshots.SaveAsync(caller, new SnapshotSave { AgentId = "a", Description = new string('d', 5000) }, new MemoryStream(Json("1"))));
        Assert.Empty(registry.FilesOf(caller));
        Assert.Empty((await Snapshots.ListAsync(caller)).Snapshots);
    }

    /// <summary>Twice the memory that a buffer keeps.</summary>
    [Fact]
    public async Task A_large_state_goes_in_and_out_as_a_stream()
    {
        var part = $"\"{new string('y', 100_000)}\"";
        var state = $"{{\"b\":[{string.Join(", ", Enumerable.Repeat(part, 50))}],\"a\":[{string.Join(",", Enumerable.Repeat(part, 50))}]}}";
        var saved = await registry.SaveAsync(caller, state);
        var list = string.Join(",", Enumerable.Repeat(part, 50));
        Assert.Equal($"{{\"a\":[{list}],\"b\":[{list}]}}", await registry.LoadAsync(caller, saved));
        Assert.Equal(HashOf($"{{\"a\":[{list}],\"b\":[{list}]}}"), saved.ContentHash);
    }

    [Fact]
    public async Task Lists_are_narrowed_down_and_come_in_pages()
    {
        var start = registry.Time.GetUtcNow();
        for (var i = 0; i < 25; i++)
        {
            await Snapshots.SaveAsync(
                caller,
                new SnapshotSave { AgentId = i % 2 == 0 ? "a" : "b", SessionId = $"s{i % 3}", Description = $"Step {i} of Ärger" },
                new MemoryStream(Json($"{i}")));
            registry.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Enumerable.Range(0, 25).Reverse(), await ListAsync(new SnapshotQuery { PageSize = 7 }));
        Assert.Equal([24, 22, 20], (await ListAsync(new SnapshotQuery { AgentId = "a" })).Take(3));
        Assert.Equal([24, 18, 12, 6, 0], await ListAsync(new SnapshotQuery { AgentId = "a", SessionId = "s0" }));
        Assert.Equal([21, 18], (await ListAsync(new SnapshotQuery { SessionId = "s0" })).Skip(1).Take(2));
        Assert.Equal([2], await ListAsync(new SnapshotQuery { Text = "step 2 OF äRGER" }));
        Assert.Equal(
            [13, 7, 1],
            await ListAsync(new SnapshotQuery { Text = "ärger", SessionId = "s1", AgentId = "b", PageSize = 1, Before = start.AddSeconds(18) }));
        Assert.Equal([24, 23], await ListAsync(new SnapshotQuery { Since = start.AddSeconds(22.5) }));
        Assert.Equal([0], await ListAsync(new SnapshotQuery { Before = start.AddSeconds(0.5) }));
        Assert.Equal([8], await ListAsync(new SnapshotQuery { AgentId = "a", SessionId = "s2", Index = 1 }));
        await RefusedAsync(RegistryError.Invalid, () => Snapshots.ListAsync(caller, new SnapshotQuery { PageSize = 101 }));
        await RefusedAsync(RegistryError.Invalid, () => Snapshots.ListAsync(caller, new SnapshotQuery { PageToken = "nonsense" }));

        async Task<List<int>> ListAsync(SnapshotQuery query)
        {
            var found = new List<int>();
            registry.Objects.Calls.Clear();
            var token = default(string);
            do
            {
                var page = await Snapshots.ListAsync(caller, query with { PageToken = token });
                found.AddRange(page.Snapshots.Select(snapshot => int.Parse(snapshot.Description!.Split(' ')[1])));
                token = page.NextPageToken;
            }
            while (token is not null);
            Assert.Empty(registry.Objects.Calls);
            return found;
        }
    }

    private static string FileOf(string state, string hash) =>
        """{"extra":1,"agent_state":STATE,"metadata":{"snapshot_id":"11111111-2222-4333-8444-555555555555","agent_id":"weather","""
            .Replace("STATE", state, StringComparison.Ordinal)
        + """
          "session_id":"default_session","snapshot_index":4,"timestamp":"2025-07-01T12:30:15.123456789Z","format_version":1,
          """
        + $"\"content_hash\":\"{hash}\",\"description\":\"a note\",\"uncompressed_size\":5,\"compressed_size\":null,"
        + "\"compression_algorithm\":\"gzip\",\"later\":{}}}";

    private static string HashOf(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Json(text)));

    private static async Task<RegistryException> RefusedAsync(RegistryError error, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.True(error == refused.Error, $"{refused.Error}: {refused.Message}");
        return refused;
    }
}

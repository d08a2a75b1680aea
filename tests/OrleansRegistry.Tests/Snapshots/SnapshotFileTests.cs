using System.Text;
using System.Text.Json;
using OrleansRegistry.Objects;
using OrleansRegistry.Snapshots;
using static OrleansRegistry.Tests.Snapshots.SnapshotRegistry;

namespace OrleansRegistry.Tests.Snapshots;

/// <summary>The files of snapshots: as Persist writes them, as it reads them, and broken ones.</summary>
public sealed class SnapshotFileTests(SnapshotRegistry registry) : IClassFixture<SnapshotRegistry>
{
    private readonly Caller caller = TestRegistry.NewCaller();

    private ISnapshotStore Snapshots => registry.Snapshots;

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

    private static string FileOf(string state, string hash) =>
        """{"extra":1,"agent_state":STATE,"metadata":{"snapshot_id":"11111111-2222-4333-8444-555555555555","agent_id":"weather","""
            .Replace("STATE", state, StringComparison.Ordinal)
        + """
          "session_id":"default_session","snapshot_index":4,"timestamp":"2025-07-01T12:30:15.123456789Z","format_version":1,
          """
        + $"\"content_hash\":\"{hash}\",\"description\":\"a note\",\"uncompressed_size\":5,\"compressed_size\":null,"
        + "\"compression_algorithm\":\"gzip\",\"later\":{}}}";
}

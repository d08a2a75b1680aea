using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansRegistry.Tests.Transfer;

/// <summary>Files that are damaged, cut off, made to harm, or of another version: each is told, and nothing else is spoiled.</summary>
public sealed class BadFileTests(FilledStore filled) : IClassFixture<FilledStore>, IAsyncLifetime
{
    private readonly Storage.Sqlite.SqliteStore store = TestStores.InMemory();

    public async ValueTask InitializeAsync() => await store.OpenAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task An_empty_file_is_told()
    {
        Assert.StartsWith("The file is empty", await RefusedAsync([]), StringComparison.Ordinal);
        Assert.StartsWith("The file is empty", await RefusedAsync(Transfers.Gzip([])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_version_of_the_format_is_told()
    {
        var newer = Encoding.UTF8.GetString(filled.File).Replace("\"version\":1,\"reg", "\"version\":2,\"reg", StringComparison.Ordinal);
        var message = await RefusedAsync(Encoding.UTF8.GetBytes(newer));
        Assert.StartsWith("Line 1: the export is of version 2 of the format, and this registry reads version 1", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_cut_off_anywhere_is_told_and_can_be_imported_again()
    {
        foreach (var share in (double[])[0.1, 0.5, 0.999])
        {
            var message = await RefusedAsync(filled.File[..(int)(filled.File.Length * share)]);
            Assert.Matches("cut off|^Line \\d+: ", message);
        }

        var lines = Transfers.Lines(filled.File);
        Assert.StartsWith(
            $"The file is cut off after line {lines.Length - 1}: the last line of an export is missing.",
            await RefusedAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines[..^1]))),
            StringComparison.Ordinal);
        var packed = Transfers.Gzip(filled.File);
        foreach (var length in (int[])[packed.Length / 2, packed.Length - 10])
        {
            Assert.Contains("the gzip is cut off here: import the whole file", await RefusedAsync(packed[..length]), StringComparison.Ordinal);
        }

        await store.ImportAsync(filled.File);
        Assert.Equal(filled.File, await store.ExportAsync());
    }

    [Fact]
    public async Task Of_an_older_systems_gzip_that_is_cut_off_after_a_line_nothing_is_imported()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync("{\"name\":\"a\"}\n"u8.ToArray());
            await gzip.FlushAsync();
            var cut = await RefusedAsync(packed.ToArray());
            Assert.StartsWith("The gzip is cut off, or joined of several.", cut, StringComparison.Ordinal);
            await gzip.WriteAsync("{\"name\":\"b\"}\n"u8.ToArray());
        }

        Assert.Equal(2, (await store.ImportAsync(packed.ToArray())).Created);
    }

    [Fact]
    public async Task Gzips_that_were_joined_are_one_file()
    {
        var half = filled.File.Length / 2;
        await store.ImportAsync([.. Transfers.Gzip(filled.File[..half]), .. Transfers.Gzip(filled.File[half..])]);
        Assert.Equal(filled.File, await store.ExportAsync());
    }

    [Fact]
    public async Task A_damaged_gzip_is_told_with_the_line()
    {
        var packed = Transfers.Gzip(filled.File);
        for (var i = packed.Length / 2; i < (packed.Length / 2) + 64; i++)
        {
            packed[i] ^= 0xff;
        }

        Assert.StartsWith("Line ", await RefusedAsync(packed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_line_is_told_by_the_hash()
    {
        var changed = Encoding.UTF8.GetString(filled.File).Replace("An agent", "An Agent", StringComparison.Ordinal);
        var last = Transfers.Lines(filled.File).Length;
        Assert.StartsWith(
            $"Line {last}: the file was changed after it was exported",
            await RefusedAsync(Encoding.UTF8.GetBytes(changed)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_left_out_is_told_by_the_counts()
    {
        var lines = Transfers.Lines(filled.File).ToList();
        lines.RemoveAt(1);
        var message = await RefusedAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        Assert.Matches("the file says that it has \\d+ agents, and \\d+ were read", message);
    }

    [Fact]
    public async Task More_after_the_last_line_is_told()
    {
        var message = await RefusedAsync([.. filled.File, .. filled.File]);
        Assert.Contains("is the last of an export, and more follows", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_is_not_unpacked()
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Transfers.Lines(filled.File)[0] + "\n"));
            var blank = Encoding.UTF8.GetBytes(new string('\n', 1024 * 1024));
            for (var i = 0; i < 20; i++)
            {
                await gzip.WriteAsync(blank);
            }
        }

        var limits = new TransferLimits { FreeBytes = 1024 * 1024, MaxRatio = 100 };
        Assert.Contains("unpacks to more than 100 times its length", await RefusedAsync(bomb.ToArray(), limits), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_not_read()
    {
        var endless = Encoding.UTF8.GetBytes(Transfers.Lines(filled.File)[0] + "\n{\"kind\":\"" + new string('x', 400_000));
        var limits = new TransferLimits { MaxLineBytes = 200_000 };
        Assert.Contains("longer than 200,000 bytes", await RefusedAsync(endless, limits), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BadLines => new()
    {
        { "not json", "is an invalid" },
        { "[]", "it is not a JSON object" },
        { """{"kind":"agent","tenant":"acme"}""", "'id' is missing" },
        { """{"kind":"agent","tenant":"acme","id":"a","version":0}""", "'version' is not a whole number from 1" },
        { """{"kind":"robot","tenant":"acme","id":"a"}""", "this version knows no kind 'robot'" },
        { """{"kind":"agent","tenant":"acme","id":"a","more":1}""", "this version does not know the member 'more'" },
        { """{"kind":"agent","tenant":"../etc","id":"a"}""", "tenant: must be 1 to 64 letters" },
        { """{"kind":"agent","tenant":"acme","id":".."}""", "agent_id: must not be '.' or '..'" },
        { """{"kind":"task","tenant":"acme","id":"a\u0000b"}""", "task_id: holds the control character U+0000" },
        { """{"kind":"task","tenant":"acme","id":"\ud800"}""", "'id' holds half of a surrogate pair" },
        { """{"kind":"agent","tenant":"acme","id":"a","version":1,"document":{"name":"a"},"fields":{"enabled":1}}""", "'enabled' is a number" },
        { """{"kind":"agent","tenant":"acme","id":"a","version":1,"document":[],"fields":FIELDS}""", "agent_card" },
        { """{"kind":"agent","tenant":"acme","id":"a","version":1,"document":{"name":"a","name":"b"},"fields":FIELDS}""", "agent_card" },
        { """{"kind":"task","tenant":"acme","id":"a","document":{"generation":1},"fields":{}}""", "cannot be read" },
        { """{"kind":"page","tenant":"acme","id":"h/1/x","document":[],"fields":{"first":0,"count":0}}""", "follows no head" },
        { """{"kind":"page","tenant":"acme","id":"h/1/x","document":[1],"fields":{"first":0,"count":0}}""", "cannot be read" },
        { """{"kind":"task","tenant":"acme","id":"x","gone":true}""", "it takes back what was not told just before" },
    };

    [Theory]
    [MemberData(nameof(BadLines))]
    public async Task A_bad_line_is_told_by_its_number_and_the_others_are_imported(string line, string reason)
    {
        line = line.Replace(
            "FIELDS", """{"enabled":true,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}""", StringComparison.Ordinal);
        var good = Transfers.Lines(filled.File)[1..4];
        var file = Transfers.File(filled.File, [good[0], line, good[1], good[2]]);
        var refusal = await RefusedAsync(Encoding.UTF8.GetBytes(file));
        Assert.StartsWith("Line 3: ", refusal, StringComparison.Ordinal);
        Assert.Contains(reason, refusal, StringComparison.Ordinal);

        var report = await store.ImportAsync(file, skip: true);
        var fault = Assert.Single(report.Faults);
        Assert.Equal((3L, 1L, 3L), (fault.Line, report.FaultCount, report.Created + report.Same));
        Assert.Contains(reason, fault.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_not_UTF8_is_told()
    {
        var lines = Encoding.UTF8.GetBytes(Transfers.File(filled.File, Transfers.Lines(filled.File)[1..3]));
        lines[Array.IndexOf(lines, (byte)'\n') + 30] = 0xff;
        Assert.StartsWith("Line 2: it is not valid UTF-8", await RefusedAsync(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_lines_each_bad_one_is_told()
    {
        var lines = Transfers.Lines(filled.File)[1..^1];
        var bad = new List<long>();
        for (var i = 1; i <= 10; i++)
        {
            // Agents: what is wrong with one is no other's fault.
            lines[i * 4] = lines[i * 4].Replace("\"enabled\":", "\"enabled\":0,\"was\":", StringComparison.Ordinal);
            bad.Add((i * 4) + 2);
        }

        var report = await store.ImportAsync(Transfers.File(filled.File, lines), skip: true);
        Assert.Equal(bad, report.Faults.Select(fault => fault.Line));
        var dry = await store.ImportAsync(Transfers.File(filled.File, lines), skip: true, dry: true);
        Assert.Equal((10, report.Created), (dry.FaultCount, dry.Same));
    }

    [Theory]
    [InlineData("missing", "is missing")]
    [InlineData("swapped", "comes in its place")]
    [InlineData("shorter", "items, and its head says")]
    public async Task A_task_whose_pages_are_not_all_there_is_not_imported(string damage, string reason)
    {
        var lines = Transfers.Lines(filled.File)[1..^1].ToList();
        var page = lines.FindIndex(line => line.StartsWith("{\"kind\":\"page\"", StringComparison.Ordinal));
        var head = lines.FindLastIndex(page, line => line.StartsWith("{\"kind\":\"task\"", StringComparison.Ordinal));
        switch (damage)
        {
            case "missing":
                lines.RemoveAt(page);
                break;
            case "swapped":
                (lines[page], lines[page + 1]) = (lines[page + 1], lines[page]);
                break;
            default:
                var json = JsonNode.Parse(lines[page])!;
                var items = JsonNode.Parse(json["documentText"]!.GetValue<string>())!.AsArray();
                items.RemoveAt(0);
                json["documentText"] = items.ToJsonString();
                json["fields"]!["count"] = json["fields"]!["count"]!.GetValue<int>() - 1;
                lines[page] = json.ToJsonString();
                break;
        }

        var report = await store.ImportAsync(Transfers.File(filled.File, lines), skip: true);
        var fault = Assert.Single(report.Faults);
        Assert.Equal(head + 2, fault.Line);
        Assert.Matches(damage == "shorter" ? "begins with item|items, and its head says" : reason, fault.Reason);
        Assert.Equal(FullStore.Tasks - 1, await (await store.ScanAsync(TaskKind.Kind)).Records.CountAsync());
    }

    private async Task<string> RefusedAsync(byte[] file, TransferLimits? limits = null)
    {
        var importer = new RegistryImporter(store, new AgentRules(), null, TimeProvider.System, NullLogger.Instance, limits);
        var refusal = await Assert.ThrowsAsync<RegistryException>(
            () => importer.RunAsync(new MemoryStream(file), new ImportRequest { Caller = Caller.Default }, null, CancellationToken.None));
        Assert.Equal(RegistryError.Invalid, refusal.Error);
        return refusal.Message;
    }
}

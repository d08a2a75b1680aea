using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansRegistry.Tests.Transfer;

/// <summary>Imports that replace what is there: whatever stops them or writes beside them, each record is the old one or the new one.</summary>
public sealed partial class ReplaceTests(FilledStore filled) : IClassFixture<FilledStore>
{
    [Theory]
    [InlineData("pages")]
    [InlineData("heads")]
    [InlineData("names of pages")]
    public async Task Stopped_at_any_write_each_record_is_there_whole(string differs)
    {
        var (old, replacing) = Files(differs);
        var whole = Groups(old).Concat(Groups(replacing)).Select(WithoutNumbers).ToHashSet();
        var stops = 0;
        for (var writes = 1; ; writes++)
        {
            await using var inner = await HoldingAsync(old);
            var isStopped = false;
            try
            {
                await new StoppingStore(inner, writes).ImportAsync(replacing, replace: true);
            }
            catch (IOException)
            {
                isStopped = true;
                stops++;
            }

            var found = Encoding.UTF8.GetString(await inner.ExportAsync());
            var groups = Groups(found);
            Assert.Equal(Groups(old).Select(KeyOf), groups.Select(KeyOf));
            Assert.All(groups, group => Assert.Contains(WithoutNumbers(group), whole));

            await inner.ImportAsync(replacing, replace: true);
            Assert.Equal(Groups(replacing), Groups(Encoding.UTF8.GetString(await inner.ExportAsync())));
            Assert.Equal(0, (await inner.ImportAsync(replacing, replace: true)).Replaced);
            if (!isStopped)
            {
                // What ends just before the last removal leaves pages behind that no head names.
                var pages = await (await inner.ScanAsync(PageKind.Kind)).Records.CountAsync();
                Assert.Equal(replacing.Split("{\"kind\":\"page\"").Length - 1, pages);
                break;
            }
        }

        Assert.InRange(stops, 3, 40);
    }

    [Fact]
    public async Task An_agent_has_the_versions_of_the_file_and_none_of_its_own()
    {
        await using var here = TestStores.InMemory();
        await using var there = TestStores.InMemory();
        await here.OpenAsync(CancellationToken.None);
        await there.OpenAsync(CancellationToken.None);
        await WriteAsync(here, "shared", 3);
        await there.ImportAsync(await here.ExportAsync());
        await WriteAsync(here, "here", 20);
        await WriteAsync(there, "there", 25);
        await here.ImportAsync(await there.ExportAsync(), replace: true);
        await using var registry = await RegistryHost.StartAsync(store: new StoreProbe(here, isOpen: true));
        var page = await registry.Versions.ListAsync(Caller.Default, "a", 100);
        Assert.Equal(21, page.Versions.Count);
        Assert.DoesNotContain(page.Versions, version => version.Version!.StartsWith("here", StringComparison.Ordinal));
        Assert.Equal("there 10", (await registry.Versions.GetAsync(Caller.Default, "a", "@13")).Info.Version);
        Assert.Equal(await there.ExportAsync(), await here.ExportAsync());

        static async Task WriteAsync(IRecordStore store, string name, int count)
        {
            await using var registry = await RegistryHost.StartAsync(store: new StoreProbe(store, isOpen: true));
            for (var i = 1; i <= count; i++)
            {
                // Some differ so much that they go to the store by themselves.
                var text = i % 7 == 0 ? new string((char)('a' + i), 2_500) : name;
                var card = $$"""{"name":"a", "description":"{{text}}", "version":"{{name}} {{i}}"}""";
                await registry.Agents.RegisterAsync(Caller.Default, new AgentRegistration(Encoding.UTF8.GetBytes(card)));
            }
        }
    }

    [Fact]
    public async Task What_others_write_meanwhile_is_replaced_too()
    {
        var (old, replacing) = Files("pages");
        for (var write = 1; write < 12; write++)
        {
            await using var inner = await HoldingAsync(old);
            var report = await new StoppingStore(inner, int.MaxValue) { OthersWriteAt = write }.ImportAsync(replacing, replace: true);
            Assert.Equal((3, 0), (report.Replaced, report.FaultCount));
            Assert.Equal(Groups(replacing), Groups(Encoding.UTF8.GetString(await inner.ExportAsync())));
        }

        await using var store = await HoldingAsync(old);
        var told = await Assert.ThrowsAsync<RegistryException>(
            () => new StoppingStore(store, int.MaxValue) { OthersWriteAt = 0 }.ImportAsync(replacing, replace: true));
        Assert.Equal(RegistryError.Busy, told.Error);
        Assert.EndsWith("is being written to all the time, and stays as it is. Import it again.", told.Message, StringComparison.Ordinal);
        Assert.Equal(Groups(old), Groups(Encoding.UTF8.GetString(await store.ExportAsync())));
    }

    /// <summary>Two tasks and a context with pages; and an export that has others in their place.</summary>
    private (string Old, string New) Files(string differs)
    {
        var groups = Groups(Encoding.UTF8.GetString(filled.File)).FindAll(group => group.Contains("{\"kind\":\"page\"", StringComparison.Ordinal));
        string[] old = [.. groups.FindAll(group => IsOf(group, "task")).Take(2), groups.Find(group => IsOf(group, "context"))!];
        return (File(old), File(old.Select(group => differs switch
        {
            "pages" => group.Replace("hello", "adieu", StringComparison.Ordinal).Replace(" of ", " by ", StringComparison.Ordinal)
                .Replace("u00FC", "u00F6", StringComparison.Ordinal),
            "heads" => $"{group.Split('\n')[0].Replace("_at\":\"2", "_at\":\"3", StringComparison.Ordinal)}\n{group[(group.IndexOf('\n') + 1)..]}",
            // The third page has the name that the first has now.
            _ => Numbers().Replace(
                LogNumbers().Replace(group, log => $"\"base\":2,\"pages\":{More(log.Groups["pages"])},".Replace("\"", log.Groups["quote"].Value)),
                page => $"{page.Groups["log"]}{More(page.Groups["number"])}/"),
        })));
    }

    private static string More(Group number) => (int.Parse(number.Value, CultureInfo.InvariantCulture) + 2).ToString(CultureInfo.InvariantCulture);

    private static bool IsOf(string group, string kind) => group.StartsWith($"{{\"kind\":\"{kind}\"", StringComparison.Ordinal);

    private string File(IEnumerable<string> groups) => Transfers.File(filled.File, groups.SelectMany(group => group.TrimEnd('\n').Split('\n')));

    private static async Task<Storage.Sqlite.SqliteStore> HoldingAsync(string file)
    {
        var store = TestStores.InMemory();
        await store.OpenAsync(CancellationToken.None);
        Assert.Equal(0, (await store.ImportAsync(file)).FaultCount);
        return store;
    }

    /// <summary>Of an export, each head with its pages.</summary>
    private static List<string> Groups(string file)
    {
        var groups = new List<string>();
        foreach (var line in file.Split('\n')[1..^2])
        {
            if (IsOf(line, "page"))
            {
                groups[^1] += line + "\n";
            }
            else
            {
                groups.Add(line + "\n");
            }
        }

        return groups;
    }

    /// <summary>Whatever numbers its pages have.</summary>
    private static string WithoutNumbers(string group) => Numbers().Replace(LogNumbers().Replace(group, ""), page => page.Groups["log"].Value);

    [GeneratedRegex("""(\\?"base\\?":\d+,)?(?<quote>\\?")pages\\?":(?<pages>\d+),""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LogNumbers();

    [GeneratedRegex("""(?<log>"id":"[hac]/)(?<number>\d+)/""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Numbers();

    private static string KeyOf(string group) => group[..group.IndexOf(",\"document", StringComparison.Ordinal)];

    /// <summary>Stops at some write, which is stored or not, as its number is even or odd; or has another writer beside it.</summary>
    private sealed class StoppingStore(IRecordStore inner, int at) : DelegatingStore(inner)
    {
        private readonly IRecordStore inner = inner;
        private int writes;
        private int heads;

        /// <summary>Before which write of a head another writer comes; 0 for each.</summary>
        public int OthersWriteAt { get; init; } = -1;

        public override async ValueTask<long> WriteAsync(
            RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default)
        {
            if (OthersWriteAt == 0 || Interlocked.Increment(ref heads) == OthersWriteAt)
            {
                var stored = (await inner.ReadAsync(kind, key, cancellationToken))!;
                await inner.WriteAsync(kind, key, stored.Version, stored.Body, cancellationToken);
            }

            return await WriteAsync(() => base.WriteAsync(kind, key, expectedVersion, body, cancellationToken));
        }

        public override ValueTask<IReadOnlyList<ImportedRecord>> ImportAsync(
            RecordKind kind, IReadOnlyList<RecordChange> records, bool replace, CancellationToken cancellationToken = default) =>
            WriteAsync(() => base.ImportAsync(kind, records, replace, cancellationToken));

        private async ValueTask<T> WriteAsync<T>(Func<ValueTask<T>> write)
        {
            var number = Interlocked.Increment(ref writes);
            if (number > at || (number == at && at % 2 == 1))
            {
                throw new IOException("stopped");
            }

            var written = await write();
            return number == at ? throw new IOException("stopped") : written;
        }
    }
}

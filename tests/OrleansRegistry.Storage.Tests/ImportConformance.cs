using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests;

/// <summary>What <see cref="IRecordStore"/> promises of records that come from another store; every store runs it.</summary>
public abstract class ImportConformance : StoreTestBase
{
    /// <summary>False for a store that gives its own revisions to all that it imports.</summary>
    protected virtual bool KeepsRevisions => true;

    [Fact]
    public async Task Agents_keep_document_fields_and_revisions_that_leave_out_numbers()
    {
        var body = new RecordBody(Json("{\"b\" : 1.0e+2,\n\"a\":\"\\u0000ü🙂\"}"), Json("{}"));
        var imported = await ImportAsync(new RecordChange(Key("a"), 3, body), new RecordChange(Key("b"), 7, Body("b")));

        Assert.Equal([ImportResult.Created, ImportResult.Created], imported.Select(record => record.Result));
        Assert.Equal(body, (await Store.GetAsync("a"))!.Body);
        Assert.Equal(Revisions(3, 7), imported.Select(record => record.Version));
        Assert.Equal(Revisions(3, 7), [(await Store.GetAsync("a"))!.Version, (await Store.GetAsync("b"))!.Version]);
        Assert.Equal(imported[1].Version, await Store.CurrentRevisionAsync(AgentKind.Kind));
        Assert.Equal(imported[1].Version + 1, await Store.PutAsync("c", 0, "c"));
    }

    [Fact]
    public async Task The_same_again_changes_nothing()
    {
        RecordChange[] records = [new(Key("a"), 3, Body("a")), new(Key("b"), 7, Body("b")), new(Key("gone"), 9, null)];
        var first = await ImportAsync(records);
        var revision = await Store.CurrentRevisionAsync(AgentKind.Kind);

        var again = await ImportAsync(records);
        Assert.All(again, record => Assert.Equal(ImportResult.Same, record.Result));
        Assert.Equal([first[0].Version, first[1].Version, 0], again.Select(record => record.Version));
        Assert.Equal(revision, await Store.CurrentRevisionAsync(AgentKind.Kind));
    }

    [Fact]
    public async Task Other_content_stays_unless_it_is_to_be_replaced()
    {
        var before = await Store.PutAsync("a", 0, "here");
        await Store.PutAsync("b", 0, "here");

        var kept = await ImportAsync(new RecordChange(Key("a"), 50, Body("other")), new RecordChange(Key("b"), 51, null));
        Assert.Equal([ImportResult.Kept, ImportResult.Kept], kept.Select(record => record.Result));
        Assert.Equal((before, Body("here")), ((await Store.GetAsync("a"))!.Version, (await Store.GetAsync("a"))!.Body));
        Assert.Equal(2, await Store.CurrentRevisionAsync(AgentKind.Kind));

        var replaced = await Store.ImportAsync(
            AgentKind.Kind, [new(Key("a"), 50, Body("other")), new(Key("b"), 51, null)], replace: true);
        Assert.Equal([ImportResult.Replaced, ImportResult.Deleted], replaced.Select(record => record.Result));
        Assert.Equal((replaced[0].Version, Body("other")), ((await Store.GetAsync("a"))!.Version, (await Store.GetAsync("a"))!.Body));
        Assert.Null(await Store.GetAsync("b"));
    }

    [Fact]
    public async Task Revisions_that_the_store_is_past_become_new_ones_in_order()
    {
        await Store.PutAsync("here", 0, "1");
        await Store.PutAsync("here", 1, "2");

        var imported = await ImportAsync(
            new RecordChange(Key("a"), 1, Body("a")),
            new RecordChange(Key("here"), 2, Body("other")),
            new RecordChange(Key("b"), 2, Body("b")),
            new RecordChange(Key("c"), 9, Body("c")));
        Assert.Equal(
            [ImportResult.Created, ImportResult.Kept, ImportResult.Created, ImportResult.Created],
            imported.Select(record => record.Result));
        Assert.Equal(KeepsRevisions ? [3, 2, 4, 9] : [3, 2, 4, 5], imported.Select(record => record.Version));
    }

    [Fact]
    public async Task The_feed_tells_an_import_as_ordinary_changes()
    {
        await Store.PutAsync("a", 0, "1");
        var waiting = Store.ReadChangesAsync(AgentKind.Kind, 1).AsTask();
        var imported = await Store.ImportAsync(
            AgentKind.Kind, [new(Key("a"), 5, Body("2")), new(Key("b"), 9, Body("1"))], replace: true);
        Assert.Equal(Key("a"), (await waiting.WaitAsync(TimeSpan.FromSeconds(10))).Changes[0].Key);

        var changes = await Store.ChangesAsync(1);
        Assert.Equal(
            [(Key("a"), imported[0].Version, (RecordBody?)Body("2")), (Key("b"), imported[1].Version, Body("1"))],
            changes.Select(change => (change.Key, change.Revision, change.Body)));
        Assert.Equal([Key("b")], (await Store.ChangesAsync(imported[0].Version)).Select(change => change.Key));

        // From within the numbers that were left out, too.
        if (KeepsRevisions)
        {
            Assert.Equal([Key("b")], (await Store.ChangesAsync(7)).Select(change => change.Key));
        }
    }

    [Fact]
    public async Task A_deletion_of_nothing_brings_the_store_to_its_revision()
    {
        await Store.PutAsync("a", 0, "1");
        var imported = await ImportAsync(new RecordChange(Key("gone"), 40, null));
        if (!KeepsRevisions)
        {
            Assert.Equal(ImportResult.Same, imported[0].Result);
            return;
        }

        Assert.Equal(new ImportedRecord(ImportResult.Deleted, 40), imported[0]);
        Assert.Equal(40, await Store.CurrentRevisionAsync(AgentKind.Kind));
        var change = Assert.Single(await Store.ChangesAsync(1));
        Assert.Equal((Key("gone"), 40L, (RecordBody?)null), (change.Key, change.Revision, change.Body));
        Assert.Equal(41, await Store.PutAsync("gone", 0, "1"));
    }

    [Fact]
    public async Task Tasks_keep_their_content_and_are_found_by_their_columns()
    {
        var fields = Tasks.Fields(5, TaskState.Working, context: "talk");
        var body = new RecordBody(Json("""{"task":"a"}"""), fields.Write());
        var there = await Store.PutTaskAsync("there", Tasks.Fields(1));
        RecordChange[] records = [new(Key("a"), 12, body), new(Key("there"), 1, body), new(Key("none"), 1, null)];

        var imported = await Store.ImportAsync(TaskKind.Kind, records, replace: false);
        Assert.Equal([ImportResult.Created, ImportResult.Kept, ImportResult.Same], imported.Select(record => record.Result));
        Assert.Equal(there, imported[1].Version);
        Assert.Equal(["a"], (await Store.AllTasksAsync(new TaskFilter("acme") { ContextId = "talk" })).Select(task => task.Key.Id));
        Assert.Equal(body, (await Store.ReadAsync(TaskKind.Kind, Key("a")))!.Body);

        var replaced = await Store.ImportAsync(TaskKind.Kind, [records[1], new(Key("a"), 1, null)], replace: true);
        Assert.Equal([ImportResult.Replaced, ImportResult.Deleted], replaced.Select(record => record.Result));
        Assert.True(replaced[0].Version > there);
        Assert.Equal(["there"], (await Store.AllTasksAsync(new TaskFilter("acme") { ContextId = "talk" })).Select(task => task.Key.Id));
        Assert.All(await Store.ImportAsync(TaskKind.Kind, [records[1]], replace: true), record => Assert.Equal(ImportResult.Same, record.Result));
    }

    [Fact]
    public async Task A_thousand_of_each_kind_at_once_beside_writers()
    {
        var writing = Task.WhenAll(Enumerable.Range(0, 50).Select(i => Store.PutAsync($"own{i}", 0, "1").AsTask()));
        var agents = Enumerable.Range(1, 1_000).Select(i => new RecordChange(Key($"a{i}"), 100 + i, Body($"{i}"))).ToArray();
        var pages = Enumerable.Range(1, 1_000).Select(i => new RecordChange(Key($"h/{i}/t"), i, new RecordBody(Json("[]"), Json("{}")))).ToArray();
        var imported = await Store.ImportAsync(AgentKind.Kind, agents, replace: false);
        var paged = await Store.ImportAsync(Logs.PageKind.Kind, pages, replace: false);
        await writing;

        Assert.All(imported.Concat(paged), record => Assert.Equal(ImportResult.Created, record.Result));
        var picture = await Store.AllAsync();
        Assert.Equal(1_050, picture.Count);
        Assert.Equal(1_050, picture.Values.Select(agent => agent.Version).Distinct().Count());
        Assert.Equal(agents.Select(agent => agent.Body), agents.Select(agent => (RecordBody?)picture[agent.Key].Body));
    }

    [Fact]
    public async Task What_is_no_import_is_refused_and_nothing_of_it_is_stored()
    {
        RecordChange a = new(Key("a"), 5, Body("a"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await ImportAsync(a, a));
        await Assert.ThrowsAsync<ArgumentException>(async () => await ImportAsync(a, new RecordChange(Key("b"), 4, Body("b"))));
        await Assert.ThrowsAsync<RegistryException>(async () => await ImportAsync(a, new RecordChange(Key("\ud800"), 6, Body("b"))));
        Assert.Empty(await ImportAsync());
        Assert.Empty(await Store.AllAsync());
    }

    [Fact]
    public async Task A_picture_is_of_one_revision_in_the_order_of_revisions_whatever_is_written_meanwhile()
    {
        for (var i = 0; i < 20; i++)
        {
            await Store.PutAsync($"a{i}", 0, "1");
        }

        await Store.PutAsync("a3", 4, "2");
        await Store.DropAsync("a5", 6);
        var read = new List<StoredRecord>();
        await using (var picture = await Store.PictureAsync(AgentKind.Kind))
        {
            Assert.Equal(22, picture.Revision);
            await foreach (var record in picture.Records)
            {
                if (read.Count == 0)
                {
                    await Store.PutAsync("new", 0, "1");
                    await Store.PutAsync("a19", 20, "2");
                    await Store.DropAsync("a18", 19);
                }

                read.Add(record);
            }
        }

        Assert.Equal(19, read.Count);
        Assert.Equal(read.OrderBy(record => record.Version), read);
        Assert.Equal((Key("a3"), 21L, Body("2")), (read[^1].Key, read[^1].Version, read[^1].Body));
        Assert.DoesNotContain(read, record => record.Key.Id is "a5" or "new");
        Assert.Equal(Body("1"), read.Single(record => record.Key.Id == "a19").Body);
    }

    private ValueTask<IReadOnlyList<ImportedRecord>> ImportAsync(params RecordChange[] records) =>
        Store.ImportAsync(AgentKind.Kind, records, replace: false);

    /// <summary>Where the store does not keep revisions, those that it gives to as many.</summary>
    private IEnumerable<long> Revisions(params long[] kept) => KeepsRevisions ? kept : Enumerable.Range(1, kept.Length).Select(i => (long)i);
}

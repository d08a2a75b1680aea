using Orleans.Storage;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests;

/// <summary>What <see cref="IRecordStore"/> promises; every store runs it.</summary>
public abstract class RecordStoreConformance : StoreTestBase
{
    [Fact]
    public async Task Reads_nothing_where_nothing_was_written()
    {
        Assert.Null(await Store.GetAsync("a"));
        Assert.Equal(0, await Store.CurrentRevisionAsync(AgentKind.Kind));
        Assert.Empty(await Store.AllAsync());
    }

    [Fact]
    public async Task Keeps_document_and_fields_byte_for_byte()
    {
        var body = new RecordBody(Json(" {\"b\" : 1.0e+2,\n\"a\":\"\\u0000ü🙂\", \"a\":2}"), Json("{}"));
        var version = await Store.WriteAsync(AgentKind.Kind, Key("a"), 0, body);

        var read = await Store.GetAsync("a");
        Assert.Equal(new StoredRecord(Key("a"), version, body), read);
    }

    [Fact]
    public async Task An_empty_document_stays_empty()
    {
        await Store.WriteAsync(AgentKind.Kind, Key("a"), 0, default);
        Assert.Equal(default, (await Store.GetAsync("a"))!.Body);
    }

    [Fact]
    public async Task Versions_of_agents_are_one_sequence_from_1()
    {
        Assert.Equal(1, await Store.PutAsync("a", 0, "1"));
        Assert.Equal(2, await Store.PutAsync("b", 0, "1"));
        Assert.Equal(3, await Store.PutAsync("a", 1, "2"));
        Assert.Equal(4, await Store.DropAsync("b", 2));
        Assert.Equal(4, await Store.CurrentRevisionAsync(AgentKind.Kind));
    }

    [Fact]
    public async Task A_create_of_what_is_there_conflicts_and_names_both_versions()
    {
        var version = await Store.PutAsync("a", 0, "1");

        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.PutAsync("a", 0, "2"));
        Assert.Equal($"{version}", conflict.StoredEtag);
        Assert.Equal("", conflict.CurrentEtag);
        Assert.Equal(Body("1"), (await Store.GetAsync("a"))!.Body);
    }

    [Fact]
    public async Task A_write_over_an_old_version_conflicts_and_changes_nothing()
    {
        var first = await Store.PutAsync("a", 0, "1");
        var second = await Store.PutAsync("a", first, "2");

        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.PutAsync("a", first, "3"));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.PutAsync("a", second + 1, "3"));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.DropAsync("a", first));
        Assert.Equal(second, await Store.CurrentRevisionAsync(AgentKind.Kind));
        Assert.Equal(Body("2"), (await Store.GetAsync("a"))!.Body);
    }

    [Fact]
    public async Task A_write_or_delete_of_what_is_gone_conflicts()
    {
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.PutAsync("a", 7, "1"));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.DropAsync("a", 7));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.DropAsync("a", 0));
        Assert.Equal(0, await Store.CurrentRevisionAsync(AgentKind.Kind));
    }

    [Fact]
    public async Task A_record_created_anew_gets_a_newer_version()
    {
        var first = await Store.PutAsync("a", 0, "1");
        var deleted = await Store.DropAsync("a", first);
        Assert.Null(await Store.GetAsync("a"));

        var again = await Store.PutAsync("a", 0, "2");
        Assert.True(first < deleted && deleted < again);
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.PutAsync("a", first, "3"));
    }

    [Fact]
    public async Task Tenants_do_not_see_one_another()
    {
        await Store.WriteAsync(AgentKind.Kind, Key("a", "one"), 0, Body("1"));
        await Store.WriteAsync(AgentKind.Kind, Key("a", "two"), 0, Body("2"));

        Assert.Equal(Body("1"), (await Store.ReadAsync(AgentKind.Kind, Key("a", "one")))!.Body);
        Assert.Equal(Body("2"), (await Store.ReadAsync(AgentKind.Kind, Key("a", "two")))!.Body);
        Assert.Equal(2, (await Store.AllAsync()).Count);
    }

    public static TheoryData<string> StrangeIds => new(
        "", " ", "a/b//c", "../../etc/passwd", "ünï çødé", "🙂👩‍👩‍👧", "e\u0301", "é", "nul\0inside", "'; DROP TABLE agents; --", new string(
            'x',
            10_000), "A", "a");

    [Theory]
    [MemberData(nameof(StrangeIds))]
    public async Task Ids_hold_anything(string id)
    {
        var version = await Store.PutAsync(id, 0, "1");
        Assert.Equal(new StoredRecord(Key(id), version, Body("1")), await Store.GetAsync(id));
        Assert.Equal(id, Assert.Single(await Store.AllAsync()).Key.Id);
    }

    [Fact]
    public async Task An_id_that_is_no_Unicode_is_refused()
    {
        foreach (var id in new[] { "\ud800", "a\udc00b" })
        {
            var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await Store.PutAsync(id, 0, "1"));
            Assert.Equal((RegistryError.Invalid, "id"), (refusal.Error, refusal.Field));
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.GetAsync(id));
        }
    }

    [Fact]
    public async Task Ids_and_documents_beyond_all_bounds_are_refused()
    {
        var id = await Assert.ThrowsAsync<RegistryException>(async () => await Store.PutAsync(new string('x', 70_000), 0, "1"));
        var document = await Assert.ThrowsAsync<RegistryException>(async () =>
            await Store.WriteAsync(AgentKind.Kind, Key("a"), 0, BodyOf((64 * 1024 * 1024) + 1)));
        Assert.Equal((RegistryError.TooLarge, RegistryError.TooLarge), (id.Error, document.Error));
    }

    [Theory]
    [InlineData(1_500_000)]
    [InlineData(9_000_000)]
    public async Task Big_documents_come_back_whole(int bytes)
    {
        var writes = Enumerable.Range(0, 5).Select(i => Store.WriteAsync(AgentKind.Kind, Key($"a{i}"), 0, BodyOf(bytes + i)).AsTask());
        await Task.WhenAll(writes);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(BodyOf(bytes + i), (await Store.GetAsync($"a{i}"))!.Body);
        }
    }

    [Fact]
    public async Task Of_many_writers_on_one_key_one_wins_each_round()
    {
        var version = await Store.PutAsync("a", 0, "start");
        for (var round = 0; round < 20; round++)
        {
            var (expected, gate) = (version, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var writers = Enumerable.Range(0, 32).Select(async writer =>
            {
                await gate.Task;
                try
                {
                    return await Store.PutAsync("a", expected, $"{round}.{writer}");
                }
                catch (InconsistentStateException)
                {
                    return 0;
                }
            }).ToArray();
            gate.SetResult();
            var won = Assert.Single(await Task.WhenAll(writers), answer => answer > 0);
            Assert.Equal(version + 1, won);
            version = won;
        }
    }

    [Fact]
    public async Task A_counter_raised_by_many_loses_no_step()
    {
        await Store.PutAsync("a", 0, "0");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 20;)
            {
                var read = (await Store.GetAsync("a"))!;
                var count = int.Parse(read.Body.Document.ToString().Split('"')[3]);
                try
                {
                    await Store.PutAsync("a", read.Version, $"{count + 1}");
                    done++;
                }
                catch (InconsistentStateException)
                {
                    await Task.Yield();
                }
            }
        })));
        Assert.Equal(Body("160"), (await Store.GetAsync("a"))!.Body);
    }

    [Fact]
    public async Task Many_writers_on_many_keys_all_succeed()
    {
        await Task.WhenAll(Enumerable.Range(0, 64).Select(writer => Task.Run(async () =>
        {
            var version = 0L;
            for (var i = 0; i < 30; i++)
            {
                version = await Store.PutAsync($"a{writer}", version, $"{i}");
            }
        })));
        var all = await Store.AllAsync();
        Assert.Equal(64, all.Count);
        Assert.All(all.Values, record => Assert.Equal(Body("29"), record.Body));
        Assert.Equal(64 * 30, await Store.CurrentRevisionAsync(AgentKind.Kind));
    }

    [Fact]
    public async Task A_cancelled_call_stores_nothing()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var cancelled = source.Token;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Store.WriteAsync(AgentKind.Kind, Key("a"), 0, Body("1"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ReadAsync(AgentKind.Kind, Key("a"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ScanAsync(AgentKind.Kind, null, cancelled));
        Assert.Null(await Store.GetAsync("a"));
    }

    [Fact]
    public async Task A_disposed_store_refuses_and_ends_those_who_wait()
    {
        var waiting = Store.ReadChangesAsync(AgentKind.Kind, 0).AsTask();
        await Store.DisposeAsync();

        var refusals = new List<RegistryException>
        {
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.PutAsync("a", 0, "1")),
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.GetAsync("a")),
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.ScanAsync(AgentKind.Kind)),
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.CurrentRevisionAsync(AgentKind.Kind)),
            await Assert.ThrowsAsync<RegistryException>(() => waiting),
        };
        Assert.All(refusals, refusal => Assert.Equal(RegistryError.Unavailable, refusal.Error));
        Assert.All(refusals, refusal => Assert.Contains("is stopping", refusal.Message));
        await Store.DisposeAsync();
    }

    [Fact]
    public async Task What_was_taken_before_dispose_is_answered()
    {
        var writes = Enumerable.Range(0, 500).Select(i => Store.PutAsync($"a{i}", 0, "1").AsTask()).ToArray();
        await Store.DisposeAsync();
        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), (await Task.WhenAll(writes)).Order());
    }
}
